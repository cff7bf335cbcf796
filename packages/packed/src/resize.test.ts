import fc from "fast-check";
import { expect, test } from "vitest";
import { resize } from "./resize.ts";

const grey = (width: number, height: number, at: (x: number, y: number) => number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});

test("a picture of the model's size is left as it is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 60, maxLength: 60 }), (data) => {
      expect([...resize({ width: 5, height: 4, data }, [4, 5, 3])]).toEqual([...data]);
    }),
  );
});

test("a picture of one colour stays of that colour, whatever its size", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), fc.nat(255), (width, height, value) => {
      expect(
        new Set(
          resize(
            grey(width, height, () => value),
            [7, 6, 3],
          ),
        ),
      ).toEqual(new Set([value]));
    }),
  );
});

test("shrinking averages what a pixel covers", () => {
  expect([
    ...resize(
      grey(4, 2, (x, y) => 10 * x + 100 * y),
      [1, 2, 1],
    ),
  ]).toEqual([55, 75]);
});

test("what is too wide or too high loses as much on both sides", () => {
  expect([
    ...resize(
      grey(6, 2, (x) => (x < 2 ? 0 : x < 4 ? 100 : 200)),
      [2, 2, 1],
    ),
  ]).toEqual([100, 100, 100, 100]);
});

test("enlarging runs evenly from pixel to pixel", () => {
  expect(
    [
      ...resize(
        grey(2, 2, (x) => 100 * x),
        [4, 4, 1],
      ),
    ].slice(0, 4),
  ).toEqual([0, 25, 75, 100]);
});

test("what is transparent is white", () => {
  const data = Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255);
  expect([...resize({ width: 2, height: 1, data }, [1, 1, 3])]).not.toEqual([10, 20, 30]);
  expect([...resize({ width: 1, height: 1, data: data.subarray(0, 4) }, [1, 1, 3])]).toEqual([255, 255, 255]);
});
