import { expect, test } from "vitest";
import { exampleRun } from "./example-run.ts";
import { initialState, reduce, type RunState } from "./run-state.ts";
import { summary } from "./summary.ts";

const finished = exampleRun({ members: 3, epochs: 2 }).reduce(reduce, initialState);

test("the table holds a row a stage with single members and every vote", () => {
  const lines = summary(finished);
  expect(lines.slice(2, 6).map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ["members", "single", "mean single", "hard", "soft", "softmax"],
    ...finished.staged.map(({ members, single, singleMean, test: { hard = 0, soft = 0, softmax = 0 } }) => [
      String(members),
      ...[single, singleMean, hard, soft, softmax].map((share) => (100 * share).toFixed(1)),
    ]),
  ]);
});

test("gain, out-of-bag accuracy and size beside the real-valued twin are told", () => {
  const text = summary(finished).join("\n");
  const stage = finished.staged.at(-1);
  const gain = ((stage?.test["soft"] ?? 0) - (stage?.singleMean ?? 0)) * 100;
  expect(text).toContain(`The soft vote of 3 members`);
  expect(text).toContain(`+${gain.toFixed(1)} points`);
  expect(text).toContain("Out of bag");
  expect(text).toContain("3 members hold 171,000 parameters in 75.0 kB");
  expect(text).toContain("690 kB, 9.2 times as much. One real-valued twin alone: 57,000 parameters, 230 kB.");
});

test("of different nets none is taken for the twin of all", () => {
  const mixed = exampleRun({ members: 2, epochs: 1, architectures: ["nin", "resnet20"] }).reduce(reduce, initialState);
  expect(summary(mixed).join("\n")).toContain("9.2 times as much.");
  expect(summary(mixed).join("\n")).not.toContain("twin");
});

test("a higher number elsewhere in the table is told for what it is", () => {
  const [first, ...rest] = finished.staged;
  if (!first) throw new Error("no stage");
  const state: RunState = { ...finished, staged: [{ ...first, test: { ...first.test, hard: 0.9 } }, ...rest] };
  expect(summary(state).join("\n")).toContain("the hard vote of 1 member, 90.0 %");
  expect(summary(state).join("\n")).toContain("so it flatters");
  const last = finished.staged.map((stage) => ({ ...stage, test: { hard: 0.1, softmax: 0.1, soft: stage.members / 10 } }));
  expect(summary({ ...finished, staged: last }).join("\n")).not.toContain("flatters");
});

test("before the first member is done there is nothing to sum up", () => {
  expect(summary(exampleRun({ members: 3, epochs: 2 }).slice(0, 9).reduce(reduce, initialState))).toEqual([]);
  expect(summary(initialState)).toEqual([]);
});
