import { bytes, count, percent, points, table } from "./format.ts";
import type { RunState } from "./run-state.ts";

/** The newest stage's vote by the run's voter, and how far it is above the mean single member. */
export function headline({
  start,
  staged,
}: RunState): { readonly members: number; readonly voter: string; readonly accuracy: number; readonly mean: number } | undefined {
  const stage = staged.at(-1);
  const voter = start?.voter.split(" ")[0] ?? "";
  const accuracy = stage?.test[voter];
  return stage && accuracy !== undefined ? { members: stage.members, voter, accuracy, mean: stage.singleMean } : undefined;
}

/** Rows of the staged table: the number of members, the newest alone, the mean so far, and every vote. */
export function stagedRows({ staged }: Pick<RunState, "staged">): string[][] {
  const voters = Object.keys(staged[0]?.test ?? {});
  const cell = (share: number | undefined): string => percent(share).replace(" %", "");
  return [
    ["members", "single", "mean single", ...voters],
    ...staged.map((stage) => [
      String(stage.members),
      cell(stage.single),
      cell(stage.singleMean),
      ...voters.map((voter) => cell(stage.test[voter])),
    ]),
  ];
}

/** What is printed when a run is over: the table of votes, what they gain, and what the ensemble weighs. */
export function summary(state: RunState): string[] {
  const { start, staged, end } = state;
  if (!start) return [];
  const lines: string[] = [];
  const done = headline(state);
  if (done) {
    lines.push(`Accuracy on ${count(start.dataset.test)} test images in %, of one member and of the votes of the first ones`, "");
    lines.push(...table(stagedRows(state), { left: 0 }).map((line) => `  ${line}`), "");
    lines.push(
      `The ${done.voter} vote of ${members(done.members)} is right on ${percent(done.accuracy)} of the test images; ` +
        `a single member on ${percent(done.mean)} in the mean: ${points(done.accuracy - done.mean)} points.`,
    );
    const best = staged
      .flatMap((stage) =>
        Object.entries(stage.test).map(([voter, accuracy]) => ({ voter, accuracy, members: stage.members, mean: stage.singleMean })),
      )
      .reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    if (best.accuracy > done.accuracy) {
      lines.push(
        `The highest number of the table is the ${best.voter} vote of ${members(best.members)}, ${percent(best.accuracy)} ` +
          `(${points(best.accuracy - best.mean)} points); it was picked by the test images, so it flatters.`,
      );
    }
    const outOfBag = staged.at(-1)?.outOfBag;
    if (outOfBag !== undefined)
      lines.push(`Out of bag (training images, each voted on only by members that never saw it): ${percent(outOfBag)}.`);
    const voting = state.members.filter(({ status }) => status === "done").flatMap(({ plan }) => plan ?? []);
    const sum = (of: (plan: (typeof voting)[number]) => number): number => voting.reduce((total, plan) => total + of(plan), 0);
    const [small, real] = [sum((plan) => plan.bytes), sum((plan) => plan.realBytes)];
    const [one] = voting;
    if (one) {
      const alike = voting.every((plan) => plan.architecture === one.architecture);
      const twin = alike ? ` One real-valued twin alone: ${count(one.parameters)} parameters, ${bytes(one.realBytes)}.` : "";
      lines.push(
        `${members(voting.length)} ${voting.length === 1 ? "holds" : "hold"} ${count(sum((plan) => plan.parameters))} parameters in ${bytes(small)}; with real-valued weights as many take ` +
          `${bytes(real)}, ${(real / small).toFixed(1)} times as much.${twin}`,
      );
    }
  }
  if (end?.reason === "stopped-by-scheme") lines.push(`Stopped early: ${end.message ?? "the scheme had nothing more to do."}`);
  return lines;
}

function members(n: number): string {
  return n === 1 ? "1 member" : `${n} members`;
}
