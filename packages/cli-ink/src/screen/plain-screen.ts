import type { RunEvent } from "@benn/core";
import { count, duration, percent, points, short } from "../run/format.ts";
import { progressOf, reduce, type RunState } from "../run/run-state.ts";
import { headline } from "../run/summary.ts";
import { secondsLeft } from "../run/time-left.ts";
import type { Screen } from "./screen.ts";

/** What is over sooner is not worth a line. */
const PATIENCE_MILLISECONDS = 1000;

/** A line an epoch and a line a member, for logs and pipes: no colour, nothing drawn over. */
export function plainScreen(write: (text: string) => void, first: RunState): Screen {
  let state = first;
  let told = "";
  let waiting: { readonly what: string; readonly since: number } | undefined;
  return {
    show(event) {
      if (event.type === "progress") {
        if (waiting?.what !== event.what) waiting = { what: event.what, since: event.clock.at };
        if (event.clock.at - waiting.since < PATIENCE_MILLISECONDS) return;
      }
      state = reduce(state, event);
      const line = lineFor(event, state);
      if (line === undefined || line === told) return;
      told = line;
      write(`${line}\n`);
    },
    close: async () => {},
  };
}

/** What a line says of an event; most say nothing. */
export function lineFor(event: RunEvent, state: RunState): string | undefined {
  const all = state.members.length;
  const who = (member: number): string => (member < 0 ? "pretraining" : `member ${member + 1}/${all}`);
  switch (event.type) {
    case "run-start": {
      const { train, validation, test, name } = event.dataset;
      const nets = [...new Set(event.members.map(({ architecture }) => architecture))].join(", ");
      const held = validation > 0 ? `, ${count(validation)} validation` : "";
      return (
        `${event.run}: ${all} × ${nets}, ${event.scheme}, ${event.mode}, ${event.voter} vote; ` +
        `${name}, ${count(train)} train${held}, ${count(test)} test images; ${event.backend}`
      );
    }
    case "epoch": {
      const left = secondsLeft(state);
      const time = left === undefined ? "" : `, about ${duration(left)} left`;
      return (
        `${who(event.member)} epoch ${event.epoch + 1}/${event.epochs}: loss ${short(event.loss)}, train ${percent(event.accuracy)} ` +
        `(${Math.floor(100 * progressOf(state))} % of the run${time})`
      );
    }
    case "member-end": {
      const say = event.alpha === undefined ? "dropped" : `alpha ${short(event.alpha)}`;
      const { train, test } = event.accuracy;
      return `${who(event.member)} done: train ${percent(train)}, test ${percent(test)}, ε ${short(event.error)}, ${say}`;
    }
    case "staged": {
      const vote = headline(state);
      if (!vote) return undefined;
      return (
        `vote of ${event.members}: ${percent(vote.accuracy)} (${vote.voter}), mean single ${percent(vote.mean)}, ` +
        `${points(vote.accuracy - vote.mean)} points`
      );
    }
    case "warning":
      return `warning: ${event.message}`;
    case "progress": {
      const tenths = event.total > 0 ? Math.floor((10 * event.done) / event.total) : 0;
      return `${event.what}: ${10 * tenths} %`;
    }
    case "control":
      return { running: "going on", paused: "paused", stopping: "stopping; saving" }[event.state];
    case "member-start":
    case "step":
    case "score":
    case "run-end":
      return undefined;
    default:
      return event satisfies never;
  }
}
