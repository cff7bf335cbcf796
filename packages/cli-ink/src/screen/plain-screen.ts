import type { ByMetric, MetricInfo, RunEvent } from "@benn/core";
import { printable } from "@benn/core/internals";
import { count, short } from "../run/format.ts";
import { comparison, metricText } from "../run/metric-values.ts";
import { voteMetrics } from "../run/run-metrics.ts";
import { progressOf, reduce, type RunState } from "../run/run-state.ts";
import { stopSentence, stopWords } from "../run/stop-words.ts";
import { headline } from "../run/summary.ts";
import { leftWords, secondsLeft } from "../run/time-left.ts";
import type { Screen } from "./screen.ts";

/** What is over sooner is not worth a line. */
const PATIENCE_MILLISECONDS = 1000;

/** A line an epoch and a line a member, for logs and pipes: no colour, nothing drawn over. */
export function plainScreen(write: (text: string) => void, first: RunState): Screen {
  let state = first;
  let written = "";
  let waiting: { readonly what: string; readonly since: number } | undefined;
  return {
    show(event) {
      if (event.type === "progress") {
        if (waiting?.what !== event.what) waiting = { what: event.what, since: event.clock.at };
        if (event.clock.at - waiting.since < PATIENCE_MILLISECONDS) return;
      }
      state = reduce(state, event);
      const said = lineFor(event, state);
      if (said === undefined) return;
      const line = printable(said);
      if (line === written) return;
      written = line;
      write(`${line}\n`);
    },
    close: async () => {},
  };
}

/** The line for an event; most have none. */
export function lineFor(event: RunEvent, state: RunState): string | undefined {
  const all = state.members.length;
  const who = (member: number): string => (member < 0 ? "pretraining" : `member ${member + 1}/${all}`);
  /** A part for each metric of the run that the event has. */
  const each = <T>(byMetric: ByMetric<T>, part: (of: T, metric: MetricInfo) => string): string[] =>
    (state.start?.metrics ?? []).flatMap((metric) => {
      const of = byMetric[metric.name];
      return of === undefined ? [] : part(of, metric);
    });
  switch (event.type) {
    case "run-start": {
      const { train, validation, test, name } = event.dataset;
      const nets = [...new Set(event.members.map(({ architecture }) => architecture))].join(", ");
      const held = validation > 0 ? `, ${count(validation)} validation` : "";
      return (
        `${event.run}: ${all} × ${nets}, ${event.scheme}, ${event.mode}, ${event.voter} vote; ` +
        `${name}, ${count(train)} train${held}, ${count(test)} test images; ${event.backend}` +
        (event.stopWhen ? `; ${stopWords(event.stopWhen)}` : "")
      );
    }
    case "epoch": {
      const left = secondsLeft(state);
      const time = left === undefined ? "" : `, ${leftWords(state, left)}`;
      const parts = [
        `loss ${short(event.loss)}`,
        ...each(event.metrics, (value, metric) => `train ${metric.title} ${metricText(metric, value)}`),
      ];
      return (
        `${who(event.member)} epoch ${event.epoch + 1}/${event.epochs}: ${parts.join(", ")} ` +
        `(${Math.floor(100 * progressOf(state))} % of the run${time})`
      );
    }
    case "member-end": {
      const parts = [
        ...each(
          event.metrics,
          ({ train, test }, metric) => `${metric.title} ${metricText(metric, train)} train, ${metricText(metric, test)} test`,
        ),
        `ε ${short(event.error)}, ${event.alpha === undefined ? "no vote" : `alpha ${short(event.alpha)}`}`,
        ...(event.reject === undefined ? [] : [event.reject]),
      ];
      return `${who(event.member)} done: ${parts.join("; ")}`;
    }
    case "staged": {
      const parts = voteMetrics(state).flatMap((metric) => {
        const vote = headline(state, metric);
        if (!vote) return [];
        const gain = comparison(metric, vote.value, vote.mean);
        const mean = `single members ${metricText(metric, vote.mean)} on average`;
        return `${metric.title} ${metricText(metric, vote.value)} (${vote.voter}), ${mean}${gain === undefined ? "" : `, ${gain}`}`;
      });
      return parts.length === 0 ? undefined : `vote of ${event.members}: ${parts.join("; ")}`;
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
      return undefined;
    case "run-end":
      return stopSentence(event);
    default:
      event satisfies never;
      return undefined; // of a later version
  }
}
