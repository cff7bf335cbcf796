import type { ByMetric, MetricInfo, RunEvent } from "@benn/core";
import { count, duration, imagesPerSecond, short } from "./format.ts";
import { comparison, metricText } from "./metric-values.ts";
import { voteMetrics } from "./run-metrics.ts";
import { progressOf, type RunState } from "./run-state.ts";
import { stopSentence, stopWords } from "./stop-words.ts";
import { headline } from "./summary.ts";
import { leftWords, secondsLeft } from "./time-left.ts";

/**
 * The line for an event; most have none.
 * @param state after the event
 * @param options `live`: whether the run is still training, so that there is time left
 */
export function eventLine(event: RunEvent, state: RunState, { live }: { readonly live: boolean }): string | undefined {
  const all = state.members.length;
  const who = (member: number): string => (member < 0 ? "pretraining" : `member ${member + 1}/${all}`);
  /** One part for each metric of the run that the event has. */
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
    case "members-added":
      return `${event.members.length} more ${event.members.length === 1 ? "member" : "members"}, as asked: ${all} in all`;
    case "epoch": {
      const left = live ? secondsLeft(state) : undefined;
      const time = left === undefined ? "" : `, ${leftWords(state, left)}`;
      const { imagesPerSecond: rate } = event.clock;
      const speed = rate === undefined ? "" : `, ${imagesPerSecond(rate)}`;
      const parts = [
        `loss ${short(event.loss)}`,
        ...each(event.metrics, (value, metric) => `train ${metric.title} ${metricText(metric, value)}`),
        `learning rate ${short(event.learningRate)}`,
      ];
      return (
        `${who(event.member)} epoch ${event.epoch + 1}/${event.epochs}: ${parts.join(", ")} ` +
        `(${Math.floor(100 * progressOf(state))} % of the run${speed}${time})`
      );
    }
    case "score": {
      const metric = state.start?.metrics.find(({ name }) => name === event.metric);
      const value = metric ? `${metric.title} ${metricText(metric, event.value)}` : `${event.metric} ${short(event.value)}`;
      const rows = event.on === "validation" ? "validation rows" : "the rows it drew";
      return `${who(event.member)} epoch ${event.epoch + 1} scored: ${value} on ${rows}${event.best ? ", the best so far" : ""}`;
    }
    case "member-end": {
      const { beganAt, endedAt } = state.members[event.member] ?? {};
      const took = beganAt === undefined || endedAt === undefined || endedAt <= beganAt ? [] : [duration(endedAt - beganAt)];
      const parts = [
        ...each(
          event.metrics,
          ({ train, test }, metric) => `${metric.title} ${metricText(metric, train)} train, ${metricText(metric, test)} test`,
        ),
        `ε ${short(event.error)}, ${event.alpha === undefined ? "no vote" : `alpha ${short(event.alpha)}`}`,
        ...(event.bestEpoch < 0 ? [] : [`best epoch ${event.bestEpoch + 1}`]),
        ...took,
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
      if (event.total === 0) return event.what;
      const tenths = event.total > 0 ? Math.floor((10 * event.done) / event.total) : 0;
      return `${event.what}: ${10 * tenths} %`;
    }
    case "control":
      if (event.members !== undefined) return `asked for ${event.members} members in all`;
      return { running: "resumed", paused: "paused", stopping: "stopping; saving" }[event.state];
    case "steer": {
      const does = event.action === "end-member" ? "is its last, as asked" : `learning rate × ${event.factor} as asked`;
      return `${who(event.member)} epoch ${event.epoch + 1}, after batch ${event.step}: ${event.action === "end-member" ? "this epoch " : ""}${does}`;
    }
    case "member-start":
    case "step":
    case "bits":
    case "profile":
    case "workers":
      return undefined;
    case "run-end":
      return stopSentence(event);
    default:
      event satisfies never;
      return undefined; // from a later version
  }
}
