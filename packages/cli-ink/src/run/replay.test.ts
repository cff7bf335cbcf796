import { expect, test } from "vitest";
import { exampleRun } from "./example-run.ts";
import { faster, lengthOf, play, replayOf, seek, shown, toggle } from "./replay.ts";

const events = exampleRun({ members: 2, epochs: 3 });

test("without a speed it stands at the end, and plays from the beginning", () => {
  const end = replayOf(events);
  expect(shown(end)).toBe(events.length);
  const again = toggle(end);
  expect(again).toMatchObject({ at: 0, isPlaying: true });
  expect(shown(again)).toBe(1);
});

test("it plays at its speed, holds, and stops at the end", () => {
  const replay = replayOf(events, 2);
  expect(play(replay, 3).at).toBe(6);
  expect(play(toggle(replay), 3).at).toBe(0);
  expect(play(replay, 1e6)).toMatchObject({ at: lengthOf(replay), isPlaying: false });
  expect(play(faster(replay, 4), 1).at).toBe(8);
});

test("seeking stays within the run", () => {
  const replay = seek(replayOf(events, 1), 10);
  expect(replay.at).toBe(10);
  expect(seek(replay, -20).at).toBe(0);
  expect(shown(seek(replay, 1e9))).toBe(events.length);
  const [before, after] = [events[shown(replay) - 1], events[shown(replay)]];
  const began = events[0]?.clock.at ?? 0;
  expect((before?.clock.at ?? Infinity) - began).toBeLessThanOrEqual(10_000);
  expect((after?.clock.at ?? 0) - began).toBeGreaterThan(10_000);
});

test("members side by side are shown in the order of time, and a night is no night", () => {
  const [start, ...others] = events;
  if (!start) throw new Error("no events");
  const late = others.map((event) => ({ ...event, clock: { at: event.clock.at + 3_600_000 } }));
  const replay = replayOf([...late.toReversed(), start], 1);
  expect(replay.events[0]).toBe(start);
  expect(lengthOf(replay)).toBeLessThan(lengthOf(replayOf(events, 1)) + 31);
});
