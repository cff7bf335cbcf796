import { expect, test } from "vitest";
import { FrameBudget, threadMilliseconds } from "./frame-budget.ts";

/** Seconds of a screen that is asked every 100 ms: how many frames it draws, and how much of the time it computes. */
function drawing(seconds: number, millisecondsPerFrame: number): { readonly frames: number; readonly share: number } {
  let [now, cpu, frames] = [0, 0, 0];
  const budget = new FrameBudget({ cpu: () => cpu, now: () => now });
  for (; now < 1000 * seconds; now += 100) {
    if (!budget.allows()) continue;
    budget.begin();
    cpu += millisecondsPerFrame;
    frames += 1;
  }
  return { frames, share: cpu / now };
}

test("cheap frames are drawn ten times a second, dear ones so seldom that they take 6 % of a core at most", () => {
  expect(drawing(60, 2).frames).toBe(600);
  for (const cost of [6, 10, 18, 30, 45]) expect(drawing(60, cost).share, `${cost} ms`).toBeLessThanOrEqual(0.06);
});

test("the screen is at most a second old", () => {
  expect(drawing(60, 200).frames).toBe(60);
});

test("this thread's own time is counted, where Node tells it", () => {
  const before = threadMilliseconds();
  if (typeof process.threadCpuUsage !== "function") expect(before).toBe(0);
  else while (threadMilliseconds() === before); // comes to an end, since it computes
  expect(threadMilliseconds()).toBeGreaterThanOrEqual(before);
});
