import { expect, test } from "vitest";
import { filterRuns, sortRuns } from "./choose-runs.ts";
import type { ListedRun } from "./read-runs.ts";
import { changeTags } from "./run-labels.ts";
import { runLines } from "./run-lines.ts";

const run = (name: string, more: Partial<ListedRun>): ListedRun => ({
  name,
  folder: `runs/${name}`,
  status: "finished",
  members: { trained: 3, planned: 3 },
  network: "nin width=0.25",
  scheme: "bagging",
  dataset: "cifar10",
  bytes: 1e6,
  tags: [],
  note: "",
  config: { "scheme.name": '"bagging"', learningRate: "0.01" },
  ...more,
});
const vote = (value: number, better = "higher") => ({ metric: "accuracy", unit: "%", better, value, singleMean: 0.4 });
const runs = [
  run("a", { vote: vote(0.5), began: 1, tags: ["Good"] }),
  run("b", { vote: vote(0.6), began: 3, scheme: "samme", note: "too slow" }),
  run("c", { status: "interrupted", began: 2, bytes: 5e6 }),
];
const names = (some: readonly ListedRun[]): string => some.map(({ name }) => name).join("");

test("sorted by a column, the best, newest and largest first, and what has no value last", () => {
  expect(names(sortRuns(runs, "vote"))).toBe("bac");
  expect(names(sortRuns(runs, "began"))).toBe("bca");
  expect(names(sortRuns(runs, "size"))).toBe("cab");
  expect(names(sortRuns(runs, "name"))).toBe("abc");
  const losses = [run("x", { vote: vote(0.2, "lower") }), run("y", { vote: vote(0.1, "lower") })];
  expect(names(sortRuns(losses, "vote"))).toBe("yx");
  expect(() => sortRuns(runs, "colour")).toThrow('"colour" is no column');
});

test("filtered by words, tags, settings and votes, all of which must fit", () => {
  expect(names(filterRuns(runs, ["samme"]))).toBe("b");
  expect(names(filterRuns(runs, ["slow"]))).toBe("b");
  expect(names(filterRuns(runs, ["tag:good"]))).toBe("a");
  expect(names(filterRuns(runs, ["vote>0.55"]))).toBe("b");
  expect(names(filterRuns(runs, ["learningRate=0.01", "interrupted"]))).toBe("c");
  expect(names(filterRuns(runs, ["scheme.name=bagging vote<0.55"]))).toBe("a");
  expect(filterRuns(runs, ["learningRate=0.02"])).toEqual([]);
});

test("tags are added and taken away, and must be words", () => {
  const labels = changeTags({ tags: ["draft"], note: "x" }, ["good", "+best", "-draft"]);
  expect(labels).toEqual({ tags: ["best", "good"], note: "x" });
  expect(() => changeTags(labels, ["two words"])).toThrow("is no tag");
});

test("the table has as many columns as have room, tags before what is known anyway, and the notes below", () => {
  const narrow = runLines(runs, 60);
  for (const line of narrow) expect(line.length).toBeLessThanOrEqual(60);
  expect(narrow[0]).toMatch(/^run +state +members +vote .*tags$/);
  expect(runLines(runs, 200)[0]).toMatch(/^run +state +members +vote +gain +began +took +size +network +scheme +data +tags$/);
  expect(narrow.at(-1)).toBe("  b: too slow");
  expect(runLines(runs, 200)[1]).toMatch(/50\.0 % +\+10\.0 /);
  expect(runLines([], 80)).toEqual(["No run fits."]);
});
