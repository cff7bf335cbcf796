import type { MetricInfo } from "@benn/core";
import type { ReactNode } from "react";
import { short } from "../run/format.ts";
import { type Point, runningMean } from "../run/history.ts";
import { metricLabel, metricText } from "../run/metric-values.ts";
import { trainingMetrics } from "../run/run-metrics.ts";
import { memberInFocus, type MemberState, type RunState } from "../run/run-state.ts";
import { Chart } from "./chart.tsx";
import { Votes } from "./votes.tsx";

export interface PanelProps {
  readonly state: RunState;
  /** The metric that is shown where there is room for one. */
  readonly metric: MetricInfo | undefined;
  /** In cells. */
  readonly width: number;
  readonly height: number;
}

/** A part of the dashboard below the members. */
export interface Panel {
  readonly id: string;
  /** Charts may stand one above the other; a table stands by itself, at the right. */
  readonly kind: "chart" | "table";
  readonly draw: (props: PanelProps) => ReactNode;
}

const loss = chart("loss", {
  title: "Loss",
  curve: ({ batchLoss }) => runningMean(batchLoss),
  format: short,
  label: short,
  color: "cyan",
});
const votes: Panel = { id: "votes", kind: "table", draw: (props) => <Votes {...props} /> };

/** The panels of a run, the most wanted first: loss, votes, and each metric that is measured while training. */
export function panelsOf(state: RunState): readonly Panel[] {
  const metrics = trainingMetrics(state).map((metric) =>
    chart(`metric ${metric.name}`, {
      title: `Training ${metric.title}`,
      curve: ({ curves }) => curves[metric.name] ?? [],
      format: (value) => metricText(metric, value),
      label: (value) => metricLabel(metric, value),
      color: "green",
    }),
  );
  return [loss, votes, ...metrics];
}

interface ChartOptions {
  readonly title: string;
  readonly curve: (member: MemberState) => readonly Point[];
  readonly format: (value: number) => string;
  readonly label: (value: number) => string;
  readonly color: string;
}

/** A curve of the member in focus. */
function chart(id: string, { title, curve, ...options }: ChartOptions): Panel {
  return {
    id,
    kind: "chart",
    draw({ state, width, height }) {
      const member = memberInFocus(state);
      const of = member === undefined ? "" : member.member < 0 ? " before member 1" : ` of member ${member.member + 1}`;
      const shown = { title: `${title}${of}`, curve: member ? curve(member) : [], epochs: member?.epochs ?? 1, width, height };
      return <Chart {...shown} {...options} />;
    },
  };
}
