import { expect, test } from "vitest";
import { eventJson } from "./event-json.ts";

test("a speed that the clock was too coarse to measure is left out, any other number must be finite", () => {
  const warning = { type: "warning", message: "a" } as const;
  expect(eventJson(warning)).toBe('{"type":"warning","message":"a"}');
  const clock = { at: 3, imagesPerSecond: Infinity, seconds: 2 };
  expect(JSON.parse(eventJson({ ...warning, clock }))).toEqual({ ...warning, clock: { at: 3, seconds: 2 } });
  const step = { type: "progress", what: "a", done: Number.NaN, total: 1 } as const;
  expect(() => eventJson(step)).toThrow(/event progress/);
});
