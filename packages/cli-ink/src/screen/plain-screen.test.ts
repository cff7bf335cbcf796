import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState } from "../run/run-state.ts";
import { plainScreen } from "./plain-screen.ts";

test("a line for the run, for each epoch, and two for each member", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), initialState);
  for (const event of exampleRun({ members: 2, epochs: 3 })) screen.show(event);
  expect(lines).toHaveLength(1 + 2 * (3 + 2));
  expect(lines[0]).toBe(
    "2026-11-24-nin-bagging: 2 × nin width=0.25, bagging, independent, soft vote; cifar10, 4,000 train, 1,000 test images; wasm\n",
  );
  expect(lines[1]).toMatch(/^member 1\/2 epoch 1\/3: loss [\d.]+, train [\d.]+ % \(16 % of the run, about 0:\d\d left\)\n$/);
  expect(lines[4]).toMatch(/^member 1\/2 done: train 59\.0 %, test [\d.]+ %, ε 0\.410, alpha 1\.00\n$/);
  expect(lines[10]).toMatch(/^vote of 2: [\d.]+ % \(soft\), mean single [\d.]+ %, \+\d\.\d points\n$/);
});

test("progress that takes a while is told in tenths, once each; what is over at once is not", () => {
  const lines: string[] = [];
  const screen = plainScreen((text) => lines.push(text), initialState);
  for (const done of [0, 50, 100]) screen.show({ type: "progress", what: "reading", done, total: 100, clock: { at: done } });
  for (const [i, done] of [0, 1, 9, 10, 19, 100].entries())
    screen.show({ type: "progress", what: "downloading", done, total: 100, clock: { at: 1000 * i } });
  expect(lines).toEqual(["downloading: 0 %\n", "downloading: 10 %\n", "downloading: 100 %\n"]);
});
