import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEvent } from "./event-schema.ts";

const clock = { at: 1 };
const json = (value: unknown): ReturnType<typeof parseEvent> => parseEvent(JSON.stringify(value));

test("an event is read as it is, with keys that later versions add", () => {
  const event = {
    type: "score",
    member: 0,
    epoch: 1,
    on: "draw",
    metric: "accuracy",
    value: 0.5,
    best: true,
    later: { a: 1 },
    clock: { ...clock, later: 2 },
  };
  expect(json(event)).toEqual(event);
});

test("an event of a later version differs from a damaged line", () => {
  expect(json({ type: "moved", clock })).toBe("later");
  expect(json({ type: "toString", clock })).toBe("later");
  for (const none of [null, {}, 7, [], "step", { type: 3, clock }, { type: "moved" }, { type: "step", clock }])
    expect(json(none)).toBe("damaged");
  expect(parseEvent('{"type":"warn')).toBe("damaged");
});

test("numbers that a reader might count to are bounded, and a member is a whole number", () => {
  const start = { type: "member-start", member: 3, epochs: 1, steps: 1, clock };
  expect(json(start)).toEqual(start);
  for (const own of [
    { member: 2 ** 31 },
    { member: 10_000 },
    { member: -2 },
    { member: 0.5 },
    { member: "0" },
    { epochs: 1e300 },
    { steps: -1 },
  ]) {
    expect(json({ ...start, ...own }), JSON.stringify(own)).toBe("damaged");
  }
});

test("a null for a speed, as older versions wrote it, is left out; a null for another number is damage", () => {
  const event = { type: "epoch", member: 0, epoch: 0, epochs: 1, loss: 1, metrics: {}, learningRate: 1 };
  expect(json({ ...event, clock: { at: 1, imagesPerSecond: null } })).toEqual({ ...event, clock });
  expect(json({ ...event, loss: null, clock })).toBe("damaged");
});

test("any text at all is read as something, without a throw", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .constantFrom("run-start", "step", "staged", "member-end", "run-end")
          .chain((type) => fc.object().map((rest) => JSON.stringify({ ...rest, type, clock }))),
      ),
      (line) => {
        const event = parseEvent(line);
        return typeof event === "string" || typeof event.clock.at === "number";
      },
    ),
  );
});
