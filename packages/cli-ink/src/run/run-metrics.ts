import type { MetricInfo } from "@benn/core";
import type { RunState } from "./run-state.ts";

type Known = Pick<RunState, "start" | "members" | "pretrained" | "staged">;

/** The run's metrics that are measured during training, as far as events have shown. */
export function trainingMetrics({ start, members, pretrained }: Known): readonly MetricInfo[] {
  const trained = pretrained ? [pretrained, ...members] : members;
  return (start?.metrics ?? []).filter(({ name }) => trained.some(({ curves }) => Object.hasOwn(curves, name)));
}

/** The run's metrics of votes; the first is the one in summaries. Empty before the first vote. */
export function voteMetrics({ start, staged }: Known): readonly MetricInfo[] {
  const measured = staged.at(-1)?.metrics ?? {};
  return (start?.metrics ?? []).filter(({ name }) => Object.hasOwn(measured, name));
}
