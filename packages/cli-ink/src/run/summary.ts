import type { MetricInfo } from "@benn/core";
import { bytes, count, table } from "./format.ts";
import { isBetter, metricCell, metricHead, metricText } from "./metric-values.ts";
import { ownVoterFirst } from "./own-voter-first.ts";
import { voteMetrics } from "./run-metrics.ts";
import type { RunState } from "./run-state.ts";
import { stopSentence } from "./stop-words.ts";
import { membersWord, type VoteValue, voteSentence } from "./vote-sentence.ts";

/** The newest vote by the run's voter, compared with a single member on average. */
export function headline({ start, staged }: RunState, metric: MetricInfo): VoteValue | undefined {
  const stage = staged.at(-1);
  const measured = stage?.metrics[metric.name];
  const voter = start?.voter.split(" ")[0] ?? "";
  const value = measured?.test[voter];
  const mean = measured?.singleMean;
  if (!stage || value === undefined || mean === undefined) return undefined;
  const singles = staged.flatMap(({ metrics: { [metric.name]: own } }) => own?.single ?? []);
  const best = singles.length === stage.members ? singles.reduce((a, b) => (isBetter(metric, b, a) ? b : a)) : undefined;
  return { members: stage.members, voter, value, mean, best };
}

/** Names of the voters that the run has shown so far, its own first. */
export function votersOf({ start, staged }: Pick<RunState, "start" | "staged">): string[] {
  const names = Object.keys(Object.values(staged.at(-1)?.metrics ?? {})[0]?.test ?? {});
  return ownVoterFirst(start?.voter.split(" ")[0] ?? "", names);
}

/** Rows of the table of stages: number of members, newest member alone, single members on average, and every vote. */
export function stagedRows(state: Pick<RunState, "start" | "staged">, metric: MetricInfo): string[][] {
  const { staged } = state;
  const stages = staged.flatMap(({ members, metrics: { [metric.name]: measured } }) => (measured ? [{ members, ...measured }] : []));
  const voters = votersOf(state);
  const cell = (value: number | undefined): string => metricCell(metric, value);
  return [
    ["n", "single", "mean single", ...voters],
    ...stages.map(({ members, single, singleMean, test }) => [
      String(members),
      cell(single),
      cell(singleMean),
      ...voters.map((voter) => cell(test[voter])),
    ]),
  ];
}

/** The final output of a run: the table of votes, what they gain, and the size of the ensemble. */
export function summary(state: RunState): string[] {
  const { start, staged, end } = state;
  if (!start) return [];
  const metrics = voteMetrics(state);
  const [first] = metrics;
  const lines: string[] = [];
  if (first) {
    lines.push(
      `Test ${metricHead(first)} on ${count(start.dataset.test)} images: votes of the first n members; single = member n alone`,
      "",
    );
    lines.push(...table(stagedRows(state, first), { left: 0 }).map((line) => `  ${line}`), "");
    for (const metric of metrics) {
      const done = headline(state, metric);
      if (done) lines.push(voteSentence(metric, done, start.dataset.test));
    }
    lines.push(...bestWords(state, first));
  }
  for (const metric of voteMetrics(state)) {
    const outOfBag = staged.at(-1)?.metrics[metric.name]?.outOfBag;
    if (outOfBag === undefined) continue;
    lines.push(
      `Out-of-bag ${metric.title} (training images, each voted on only by members that never saw it): ${metricText(metric, outOfBag)}.`,
    );
  }
  lines.push(...sizeWords(state));
  const stopped = end && stopSentence(end);
  return stopped === undefined ? lines : [...lines, stopped];
}

/** Mentions another vote of the table that is better. */
function bestWords(state: RunState, metric: MetricInfo): string[] {
  const done = headline(state, metric);
  const all = state.staged.flatMap(({ members, metrics: { [metric.name]: measured } }) =>
    Object.entries(measured?.test ?? {}).map(([voter, value]) => ({ voter, value, members })),
  );
  if (!done) return [];
  const best = all.reduce((a, b) => (isBetter(metric, b.value, a.value) ? b : a));
  if (!isBetter(metric, best.value, done.value)) return [];
  return [
    `The best of the table is the ${best.voter} vote of ${membersWord(best.members)}: ${metricText(metric, best.value)}. ` +
      "It is chosen on the test images, so it is optimistic.",
  ];
}

function sizeWords(state: RunState): string[] {
  const voting = state.members.filter(({ status }) => status === "done").flatMap(({ plan }) => plan ?? []);
  const [one] = voting;
  if (!one) return [];
  const sum = (of: (plan: (typeof voting)[number]) => number): number => voting.reduce((total, plan) => total + of(plan), 0);
  const [small, real] = [sum((plan) => plan.bytes), sum((plan) => plan.realBytes)];
  const alike = voting.every((plan) => plan.architecture === one.architecture);
  const twin = alike ? `; one float32 network: ${bytes(one.realBytes)}` : "";
  return [
    `${membersWord(voting.length)} ${voting.length === 1 ? "holds" : "hold"} ${count(sum((plan) => plan.parameters))} parameters in ${bytes(small)}; ` +
      `in float32: ${bytes(real)} (${(real / small).toFixed(1)}×)${twin}.`,
  ];
}
