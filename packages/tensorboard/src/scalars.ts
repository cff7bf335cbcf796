import type { ByMetric, MetricInfo, RunEvent } from "@benn/core";
import { tagsOf } from "./tags-of.ts";

/** Scalars of one moment, for one folder of event files. */
export interface Scalars {
  /** `member-000`, `start` (the model that the first sequential member starts from) or `ensemble`. */
  readonly folder: string;
  readonly step: number;
  readonly values: readonly (readonly [tag: string, value: number])[];
}

/**
 * Converts a run's events to scalars, in the order of its log, whose first event names the run's metrics. For members, the step is the
 * number of batches since the run began, so that it continues over epochs and members; for the ensemble, it is the number of members.
 * Metrics with the unit % are in percent.
 */
export function createScalars(): (event: RunEvent) => Scalars | undefined {
  let metrics: readonly MetricInfo[] = [];
  /** Batches of all finished epochs, and of the current one. */
  let before = 0;
  let within = 0;
  /** The values of an event for each metric of the run. */
  const each = <T>(byMetric: ByMetric<T>, values: (of: T, metric: MetricInfo) => readonly Value[]): Value[] =>
    metrics.flatMap((metric) => {
      const of = byMetric[metric.name];
      return of === undefined ? [] : values(of, metric);
    });
  return (event) => {
    switch (event.type) {
      case "run-start":
        ({ metrics } = event);
        return undefined;
      case "step":
        within = event.step;
        return ofMember(event.member, before + within, [
          ["train_batch/loss", event.loss],
          ...each(event.metrics, (value, metric) => [[tagsOf(metric).batch, shown(value, metric)]]),
        ]);
      case "epoch":
        before += within;
        within = 0;
        return ofMember(
          event.member,
          before,
          each(event.metrics, (value, metric) => [[`train/${tagsOf(metric).mean}`, shown(value, metric)]]),
        );
      case "score":
        return ofMember(
          event.member,
          before,
          each({ [event.metric]: event.value }, (value, metric) => [[`${event.on}/${tagsOf(metric).mean}`, shown(value, metric)]]),
        );
      case "member-end": {
        const values = each(event.metrics, ({ test }, metric): Value[] => [[`test/${tagsOf(metric).mean}`, shown(test, metric)]]);
        // The loss comes first, as in older files.
        return ofMember(
          event.member,
          before,
          values.toSorted(([a], [b]) => Number(b === "test/loss") - Number(a === "test/loss")),
        );
      }
      case "staged": {
        const votes = (split: "test" | "validation"): Value[] =>
          each(event.metrics, (staged, metric) =>
            Object.entries(staged[split] ?? {}).map(([voter, value]) => [
              `vote/${split}${tagsOf(metric).vote}/${voter}`,
              shown(value, metric),
            ]),
          );
        const outOfBag = each(event.metrics, ({ outOfBag: value }, metric): Value[] =>
          value === undefined ? [] : [[`vote/out_of_bag${tagsOf(metric).vote}`, shown(value, metric)]],
        );
        return { folder: "ensemble", step: event.members, values: finite([...votes("test"), ...votes("validation"), ...outOfBag]) };
      }
      case "bits":
      case "members-added":
      case "profile":
      case "steer":
      case "member-start":
      case "warning":
      case "workers":
      case "progress":
      case "control":
      case "run-end":
      default:
        return undefined;
    }
  };
}

type Value = readonly [tag: string, value: number];

function ofMember(member: number, step: number, values: readonly Value[]): Scalars {
  return { folder: member < 0 ? "start" : `member-${String(member).padStart(3, "0")}`, step, values: finite(values) };
}

/** JSON has no NaN: a NaN in an event is not a number in the log either; neither is written. */
function finite(values: readonly Value[]): readonly Value[] {
  return values.filter(([, value]) => Number.isFinite(value));
}

function shown(value: number, { unit }: MetricInfo): number {
  return unit === "%" && Number.isFinite(value) ? 100 * value : value;
}
