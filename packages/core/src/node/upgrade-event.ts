import type { BySplit, ByVoter, RunEventBody } from "../events.ts";
import type { MetricInfo } from "../metric.ts";

/** Fields that older events have instead of `metrics`. */
interface Older {
  readonly accuracy?: number | BySplit;
  readonly top5?: number | BySplit | { readonly validation?: ByVoter; readonly test: ByVoter };
  readonly loss?: number | BySplit;
  readonly validation?: ByVoter;
  readonly test?: ByVoter;
  readonly single?: number;
  readonly singleMean?: number;
  readonly outOfBag?: number;
}

const ACCURACY: MetricInfo = { name: "accuracy", title: "accuracy", unit: "%", better: "higher" };
const TOP_FIVE: MetricInfo = { name: "top5", title: "top-5 accuracy", unit: "%", better: "higher" };
const LOSS: MetricInfo = { name: "loss", title: "cross-entropy", unit: "", better: "lower" };

/**
 * Converts an event of a log or a checkpoint to today's form: before metrics were plugins, events had fields for accuracy and top-5
 * accuracy.
 */
export function upgradeEvent<T extends RunEventBody>(event: T): T {
  const older = event as RunEventBody & Older & { readonly metrics?: unknown };
  if (older.metrics !== undefined) return event;
  const known = (entries: Readonly<Record<string, unknown>>): never =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as never;
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- events of later logs pass too
  switch (event.type) {
    case "run-start":
      return { ...event, metrics: [ACCURACY, ...(event.dataset.labels.length > 10 ? [TOP_FIVE] : []), LOSS] };
    case "step":
    case "epoch":
      return { ...without(event, "accuracy", "top5"), metrics: known({ accuracy: older.accuracy, top5: older.top5 }) };
    case "score":
      return older.accuracy === undefined ? event : { ...without(event, "accuracy"), metric: "accuracy", value: Number(older.accuracy) };
    case "member-end": {
      const metrics = known({ accuracy: older.accuracy, top5: older.top5, loss: older.loss });
      return { ...without(event, "accuracy", "top5", "loss"), metrics };
    }
    case "staged": {
      const { validation, test = {}, single, singleMean } = older;
      const top5 = older.top5 as { readonly validation?: ByVoter; readonly test: ByVoter } | undefined;
      return {
        ...without(event, "validation", "test", "top5", "single", "singleMean", "outOfBag"),
        metrics: known({
          accuracy: known({ validation, test, single, singleMean, outOfBag: older.outOfBag }),
          top5,
        }),
      };
    }
    default:
      return event;
  }
}

function without<T extends RunEventBody>(event: T, ...keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(event).filter(([key]) => !keys.includes(key))) as T;
}
