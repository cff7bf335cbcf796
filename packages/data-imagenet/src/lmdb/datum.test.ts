import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Datum, readDatum } from "./datum.ts";

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, value: ArrayLike<number>): number[] => [
  ...varint(field * 8 + 2),
  ...varint(value.length),
  ...Array.from(value),
];
const datum = (of: { c: number; h: number; w: number; data: ArrayLike<number>; label: number }): number[] => [
  ...number(1, of.c),
  ...number(2, of.h),
  ...number(3, of.w),
  ...bytes(4, of.data),
  ...number(5, of.label),
];
/** Reads with only the first `head` bytes; the rest is requested. */
const read = (message: readonly number[], head = message.length): Datum => {
  const all = Uint8Array.from(message);
  return readDatum(all.subarray(0, Math.min(head, all.length)), all.length, (from) => all.subarray(from));
};

test("says the same whether all of it or only its head is there", () => {
  const sizes = fc.record({ c: fc.constantFrom(1, 3), h: fc.integer({ min: 1, max: 20 }), w: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 24, max: 90 }), ({ c, h, w }, label, head) => {
      const data = new Uint8Array(c * h * w).fill(8); // looks like tags
      const message = datum({ c, h, w, data, label });
      const found = read(message, head);
      expect(found).toEqual(read(message));
      expect(found).toMatchObject({ channels: c, height: h, width: w, label, encoded: false });
      expect(message.slice(found.start, found.end)).toEqual([...data]);
    }),
  );
});

test("unknown fields are passed over, a missing label is 0, encoded data needs no sizes", () => {
  expect(read([...bytes(4, [1, 2, 3]), ...number(7, 1), ...bytes(99, [0]), 0x9d, 6, 1, 2, 3, 4]).encoded).toBe(true);
  expect(read([...number(1, 1), ...number(2, 1), ...number(3, 3), ...bytes(4, [1, 2, 3])]).label).toBe(0);
});

describe("refuses", () => {
  const good = { c: 3, h: 1, w: 1, data: [1, 2, 3], label: 1 };
  test.for([
    ["an empty message", [], "it has no data"],
    ["too few pixels", datum({ ...good, h: 2 }), "3×2×1 pixels should take 6 bytes, it has 3"],
    ["four channels", datum({ ...good, c: 4, data: [1, 2, 3, 4] }), "it has 4 channels"],
    ["floating-point values", [...datum(good), ...bytes(6, [0, 0, 0, 0])], "it holds floating-point values"],
    [
      "a negative label",
      [...datum(good).slice(0, -1), 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
      "its label is 18446744073709552000",
    ],
    ["a number without an end", [8, 255], "a number ends early at byte 2 of 2"],
    ["a number without end", [8, ...Array.from({ length: 12 }, () => 255)], "more than ten bytes"],
    ["data beyond the message", [0x22, 9, 1], "field 4 should have 9 bytes"],
    ["groups", [0x0b], "the unknown form 3"],
    ["field 0", [0x00], "a field has the number 0"],
  ] as const)("%s", ([, message, reason]) => {
    expect(() => read(message)).toThrow(reason);
  });

  test("any other bytes with nothing but a sentence", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (message, head) => {
        try {
          const { start, end } = read([...message], head);
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(message.length);
        } catch (error) {
          expect((error as Error).message).toMatch(/^it is not a/);
        }
      }),
    );
  });
});
