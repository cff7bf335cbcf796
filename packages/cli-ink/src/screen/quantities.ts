import type { MetricInfo } from "@benn/core";
import { short } from "../run/format.ts";
import { type Point, runningMean } from "../run/history.ts";
import { metricLabel, metricText } from "../run/metric-values.ts";
import { trainingMetrics } from "../run/run-metrics.ts";
import type { MemberState, RunState } from "../run/run-state.ts";
import type { Hue } from "./line.ts";

/** A curve of one member. */
export interface MemberCurve {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A quantity that is measured for every member over its epochs. */
export interface Quantity {
  readonly name: string;
  /** Of its first curve. */
  readonly title: string;
  /** Of all its curves, if their names say what the title says else. */
  readonly common?: string;
  readonly hue: Hue;
  readonly format: (value: number) => string;
  readonly label: (value: number) => string;
  /** The first curve is used to compare members. @param smoothing number of points to average noisy curves over */
  curves(member: MemberState, smoothing: number): readonly MemberCurve[];
}

/** The quantities of a run, by the names of its metrics: a plugin's metric appears as soon as it is measured. */
export function quantitiesOf(state: RunState): readonly Quantity[] {
  const scored = new Set(state.members.flatMap(({ scores }) => Object.keys(scores)));
  const metrics = (state.start?.metrics ?? []).filter(
    ({ name }) => scored.has(name) || trainingMetrics(state).some((own) => own.name === name),
  );
  return [loss, ...metrics.map(metricQuantity), learningRate];
}

const loss: Quantity = {
  name: "loss",
  title: "Loss",
  hue: "series0",
  format: short,
  label: short,
  curves: ({ batchLoss, epochLoss }, smoothing) => [
    { name: "batches", points: runningMean(batchLoss, smoothing) },
    ...(epochLoss.length > 1 ? [{ name: "epochs", points: epochLoss }] : []),
  ],
};

const learningRate: Quantity = {
  name: "learning rate",
  title: "Learning rate",
  hue: "series4",
  format: short,
  label: short,
  curves: ({ rates }) => [{ name: "end of epoch", points: rates }],
};

function metricQuantity(metric: MetricInfo): Quantity {
  const common = `${metric.title.charAt(0).toUpperCase()}${metric.title.slice(1)}`;
  return {
    name: `metric ${metric.name}`,
    title: `${common} in training`,
    common,
    hue: "series2",
    format: (value) => metricText(metric, value),
    label: (value) => metricLabel(metric, value),
    curves({ curves, scores }) {
      const own = scores[metric.name] ?? [];
      return [{ name: "in training", points: curves[metric.name] ?? [] }, ...(own.length > 0 ? [{ name: "scored", points: own }] : [])];
    },
  };
}
