import type { EnsembleEvaluation, EvaluatedSplit } from "@benn/analysis";
import type { MetricInfo, SplitName } from "@benn/core";
import { metricCell, metricHead } from "../run/metric-values.ts";
import { membersWord } from "../run/vote-sentence.ts";
import { intervalCell, percentCell, tableLines, thinned } from "./cells.ts";
import { SPLIT_WORDS } from "@benn/analysis";

/** Maximum number of stages in a short table. */
const MOST_STAGES = 12;

/**
 * Accuracy of the votes of the first members: on every split by the run's voter, and on the evaluated split by the other voters too, as far
 * as they fit the width.
 */
export function stagedLines(
  { voter, splits, vote: { on } }: EnsembleEvaluation,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const looked = splits[on];
  if (!looked) return [];
  const others = (Object.keys(splits) as SplitName[]).filter((name) => name !== on);
  const stages = all ? [...looked.staged.keys()] : thinned(looked.staged.length, MOST_STAGES);
  const cell = (split: EvaluatedSplit | undefined, stage: number, name: string): string =>
    percentCell(split?.staged[stage]?.[name]?.accuracy);
  const tableWith = (voters: readonly string[]): string[] =>
    tableLines(
      [
        ["members", ...others.map((name) => SPLIT_WORDS[name]), SPLIT_WORDS[on], "95 %", ...voters],
        ...stages.map((stage) => [
          String(stage + 1),
          ...others.map((name) => cell(splits[name], stage, voter)),
          cell(looked, stage, voter),
          intervalCell(looked.staged[stage]![voter]!.interval),
          ...voters.map((name) => cell(looked, stage, name)),
        ]),
      ],
      { left: 0 },
    );
  const known = Object.keys(looked.staged[0] ?? {}).filter((name) => name !== voter);
  let voters = known;
  while (voters.length > 0 && tableWith(voters).some((line) => line.length > width)) voters = voters.slice(0, -1);
  return [
    `Accuracy % of the votes of the first members: ${voter}${voters.length > 0 ? `, and on ${SPLIT_WORDS[on]} images ${voters.join(", ")}` : ""}`,
    "",
    ...tableWith(voters),
    ...(voters.length < known.length ? [`Other votes, in --json: ${known.slice(voters.length).join(", ")}.`, ""] : []),
  ];
}

/** Every metric of the final vote on every split; metrics of logits alone for single members. */
export function metricLines({ voter, metrics, splits, vote: { on } }: EnsembleEvaluation): string[] {
  const names = Object.keys(splits) as SplitName[];
  const looked = splits[on];
  if (!looked || metrics.length === 0) return [];
  const ofVote = (metric: MetricInfo, name: SplitName): string =>
    metricCell(metric, splits[name]?.staged.at(-1)?.[voter]?.metrics[metric.name]);
  return [
    `Metrics of the ${voter} vote of ${membersWord(looked.staged.length)}, and of a single member on average`,
    "",
    ...tableLines([
      ["metric", ...names.map((name) => SPLIT_WORDS[name]), `single, ${SPLIT_WORDS[on]}`],
      ...metrics.map((metric) => [
        metricHead(metric),
        ...names.map((name) => ofVote(metric, name)),
        metricCell(metric, looked.singleMean.metrics[metric.name]),
      ]),
    ]),
  ];
}
