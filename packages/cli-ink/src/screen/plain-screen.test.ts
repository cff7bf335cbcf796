import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState } from "../run/run-state.ts";
import { plainScreen } from "./plain-screen.ts";

test("a line for the run, for each epoch and scoring, and two for each member", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState });
  for (const event of exampleRun({ members: 2, epochs: 3 })) screen.show(event);
  expect(lines).toHaveLength(1 + 2 * (3 + 1 + 2));
  expect(lines[0]).toBe(
    "2026-11-24-nin-bagging: 2 × nin width=0.25, bagging, independent, soft vote; cifar10, 4,000 train, 1,000 test images; wasm\n",
  );
  expect(lines[1]).toMatch(
    /^member 1\/2 epoch 1\/3: loss [\d.]+, train accuracy [\d.]+ %, learning rate 0\.005 \(16 % of the run, about \d+ s left\)\n$/,
  );
  expect(lines[4]).toMatch(/^member 1\/2 epoch 3 scored: accuracy [\d.]+ % on the rows it drew, the best so far\n$/);
  expect(lines[5]).toMatch(
    /^member 1\/2 done: accuracy 59\.0 % train, [\d.]+ % test; cross-entropy 1\.20 train, 1\.30 test; ε 0\.410, alpha 1\.00; best epoch 3; 11 s\n$/,
  );
  expect(lines[12]).toMatch(/^vote of 2: accuracy [\d.]+ % \(soft\), single members [\d.]+ % on average, \d\.\d points better\n$/);
});

test("a metric of a plugin stands beside the others, with its unit", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState });
  const length = { name: "length", title: "code length", unit: "bits", better: "lower" } as const;
  for (const event of exampleRun({ members: 1, epochs: 1, more: [length] })) screen.show(event);
  expect(lines[1]).toMatch(/, train accuracy [\d.]+ %, train code length [\d.]+ bits, learning rate 0\.005 \(/);
  expect(lines[3]).toMatch(/; code length 0\.590 bits train, [\d.]+ bits test; ε/);
  expect(lines[4]).toMatch(/; code length [\d.]+ bits \(soft\), single members [\d.]+ bits on average, equal\n$/);
});

test("a member that the scheme rejects has the reason on its line", () => {
  const [start, began] = exampleRun({ members: 2, epochs: 1 });
  if (!start || !began) throw new Error("too short");
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState });
  const end = { type: "member-end", member: 0, bestEpoch: 0, error: 0.95, metrics: {}, reject: "It is no better than chance." } as const;
  for (const event of [start, began, { ...end, clock: { at: 0 } }]) screen.show(event);
  expect(lines.at(-1)).toBe("member 1/2 done: ε 0.950, no vote; best epoch 1; It is no better than chance.\n");
});

test("progress that takes a while has a line now and then, ever less often; what is over at once has none", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState });
  for (const done of [0, 50, 100]) screen.show({ type: "progress", what: "reading", done, total: 100, clock: { at: done } });
  for (let done = 0; done <= 100; done++)
    screen.show({ type: "progress", what: "downloading", done, total: 100, clock: { at: 1000 * done } });
  // After 3 seconds, then pauses of 5, 7.5, 11.25, … seconds, in tenths.
  expect(lines).toEqual(["0", "10", "20", "40", "70"].map((tenth) => `downloading: ${tenth} %\n`));
});

test("on a terminal long lines are broken between words and continue indented; in a pipe an event is one line", () => {
  const [wide, narrow] = [undefined, 80].map((columns) => {
    const lines: string[] = [];
    const screen = plainScreen((text) => lines.push(text), { state: initialState, timestamps: true, columns: () => columns });
    for (const event of exampleRun({ members: 2, epochs: 3 })) screen.show(event);
    return lines;
  });
  expect(Math.max(...wide!.map(({ length }) => length))).toBeGreaterThan(120);
  for (const event of wide!) expect(event.match(/\n/g)).toHaveLength(1);
  for (const line of narrow!.join("").split("\n")) {
    expect(line.length, line).toBeLessThanOrEqual(80);
    expect(line).toMatch(/^(2026-|  \S|$)/);
  }
  expect(narrow!.map((event) => event.replaceAll(/\n +/g, " "))).toEqual(wide);
});

test("with time stamps each line begins with the time of its event", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState, timestamps: true });
  const [start] = exampleRun({ members: 1, epochs: 1 });
  if (!start) throw new Error("no start");
  screen.show(start);
  expect(lines[0]).toMatch(/^2026-11-24T09:00:00\.000Z 2026-11-24-nin-bagging: /);
});

test("a replay has no time left", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), { state: initialState, live: false });
  for (const event of exampleRun({ members: 2, epochs: 3 })) screen.show(event);
  expect(lines.join("")).not.toContain("left");
});
