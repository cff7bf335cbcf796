import { expect, test } from "vitest";
import { inSteps } from "./in-steps.ts";

/** Takes a moment at each step. */
function* slowly(steps: number): Generator<{ done: number; total: number }, string> {
  for (let done = 1; done <= steps; done++) {
    const end = performance.now() + 30;
    while (performance.now() < end);
    yield { done, total: steps };
  }
  return "whole";
}

test("work goes to its end, and says how far it is", async () => {
  const shown: string[] = [];
  const signal = new AbortController().signal;
  const onProgress = ({ what, done, total }: { what: string; done: number; total: number }) => void shown.push(`${what} ${done}/${total}`);
  expect(await inSteps(slowly(6), { what: "rows", signal, onProgress })).toBe("whole");
  expect(shown.length).toBeGreaterThan(1);
  expect(shown[0]).toMatch(/^rows [12]\/6$/);
});

test("a signal that comes between the steps is heard long before the end", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 100);
  const start = performance.now();
  await expect(inSteps(slowly(1000), { what: "rows", signal: stop.signal, onProgress: () => {} })).rejects.toThrow("stopped");
  expect(performance.now() - start).toBeLessThan(15_000);
});
