import type { MetricInfo, Staged } from "@benn/core";
import { expect, test } from "vitest";
import { exampleRun } from "./example-run.ts";
import { initialState, reduce, type RunState } from "./run-state.ts";
import { summary } from "./summary.ts";

const finished = exampleRun({ members: 3, epochs: 2 }).reduce(reduce, initialState);
const brier: MetricInfo = { name: "brier", title: "Brier score", unit: "", better: "lower" };
const votes = ({ metrics }: Staged, name = "accuracy") => metrics[name] ?? { test: {}, single: 0, singleMean: 0 };
/** The state with other votes by its first metric. */
const withVotes = (state: RunState, of: (stage: Staged, at: number) => Readonly<Record<string, number>>, name = "accuracy"): RunState => ({
  ...state,
  staged: state.staged.map((stage, at) => ({
    ...stage,
    metrics: { ...stage.metrics, [name]: { ...votes(stage, name), test: of(stage, at) } },
  })),
});

test("the table holds a row a stage with single members and every vote, the run's own first, by the first metric", () => {
  const lines = summary(finished);
  expect(lines[0]).toBe("Test accuracy % on 1,000 images: votes of the first n members; single = member n alone");
  expect(lines.slice(2, 6).map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ["n", "single", "mean single", "soft", "hard", "softmax"],
    ...finished.staged.map((stage) => {
      const { single = Number.NaN, singleMean = Number.NaN, test: byVoter } = votes(stage);
      const shares = [single, singleMean, ...["soft", "hard", "softmax"].map((voter) => byVoter[voter] ?? Number.NaN)];
      return [String(stage.members), ...shares.map((share) => (100 * share).toFixed(1))];
    }),
  ]);
});

test("the vote beside a single member, out-of-bag accuracy, and the size beside the real-valued twin", () => {
  const text = summary(finished).join("\n");
  const last = finished.staged.at(-1);
  if (!last) throw new Error("no stage");
  const {
    test: { soft = 0 },
    singleMean = Number.NaN,
  } = votes(last);
  const best = Math.max(...finished.staged.map((stage) => votes(stage).single ?? 0));
  const [vote, mean, top] = [soft, singleMean, best].map((share) => (100 * share).toFixed(1));
  const margin = (196 * Math.sqrt((soft * (1 - soft)) / 1000)).toFixed(1);
  expect(text).toContain(
    `Test accuracy of the soft vote of 3 members: ${vote} % (± ${margin}); a single member averages ${mean} %, the best ${top} %.`,
  );
  expect(text).toContain("Out-of-bag accuracy");
  expect(text).toContain("3 members hold 171,000 parameters in 75.0 kB");
  expect(text).toContain("in float32: 690 kB (9.2×); one float32 network: 230 kB.");
});

test("every metric of the votes has its sentence, and the table is of the first that votes are measured by", () => {
  const run = exampleRun({ members: 2, epochs: 1, more: [brier] }).reduce(reduce, initialState);
  expect(summary(run).join("\n")).toMatch(
    /^Test Brier score of the soft vote of 2 members: 0\.\d+; a single member averages 0\.\d+, the best 0\.\d+\.$/m,
  );
  if (!run.start) throw new Error("no start");
  const first = { ...run, start: { ...run.start, metrics: run.start.metrics.toReversed() } };
  expect(summary(first)[0]).toMatch(/^Test Brier score on/);
  const onlyMembers = { ...run, start: { ...run.start, metrics: run.start.metrics.filter(({ name }) => name === "loss") } };
  expect(summary(onlyMembers).join("\n")).not.toContain("vote of");
});

test("of different nets none is taken for the twin of all", () => {
  const mixed = exampleRun({ members: 2, epochs: 1, architectures: ["nin", "resnet20"] }).reduce(reduce, initialState);
  expect(summary(mixed).join("\n")).toContain("(9.2×).");
  expect(summary(mixed).join("\n")).not.toContain("twin");
});

test("a better vote elsewhere in the table is named as one that was chosen on the test images", () => {
  const better = withVotes(finished, (stage, at) => ({ ...votes(stage).test, ...(at === 0 ? { hard: 0.9 } : {}) }));
  expect(summary(better).join("\n")).toContain("The best of the table is the hard vote of 1 member: 90.0 %.");
  expect(summary(better).join("\n")).toContain("it is optimistic");
  const last = withVotes(finished, (_, at) => ({ hard: 0.1, softmax: 0.1, soft: 0.1 * (at + 1) }));
  expect(summary(last).join("\n")).not.toContain("optimistic");
});

test("where lower is better, the best of the table is the lowest", () => {
  const run = exampleRun({ members: 3, epochs: 1, more: [brier] }).reduce(reduce, initialState);
  if (!run.start) throw new Error("no start");
  const state = { ...run, start: { ...run.start, metrics: [brier] } };
  const of = (hard: number) => summary(withVotes(state, (_, at) => ({ hard: at === 1 ? hard : 0.6, soft: 0.5 }), "brier")).join("\n");
  expect(of(0.4)).toContain("The best of the table is the hard vote of 2 members: 0.400.");
  expect(of(0.9)).not.toContain("The best of the table");
});

test("before the first member is done there is nothing to sum up", () => {
  expect(summary(exampleRun({ members: 3, epochs: 2 }).slice(0, 9).reduce(reduce, initialState))).toEqual([]);
  expect(summary(initialState)).toEqual([]);
});
