import fc from "fast-check";
import { expect, test } from "vitest";
import { MOVE_NUMBERS, moveImages } from "./moves.ts";

/** Coordinates of an image reflected at its border: 3 2 1 | 0 1 2 3 | 2 1 0. */
const bounce = (place: number, length: number): number => {
  if (place < 0) return -place;
  return place > length - 1 ? length - 1 - (place - (length - 1)) : place;
};

test("images are mirrored, then shifted, then cut, each by its own numbers", () => {
  const cases = fc
    .record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 6 }), channels: fc.integer({ min: 1, max: 4 }) })
    .chain(({ height, width, channels }) => {
      const within = (side: number) => fc.integer({ min: 1 - side, max: side - 1 });
      const edge = (side: number) => fc.integer({ min: -2, max: side + 2 });
      const move = fc.tuple(fc.nat(1), within(height), within(width), edge(height), edge(width), edge(height), edge(width));
      return fc.record({
        shape: fc.constant([height, width, channels] as const),
        moves: fc.array(move, { minLength: 0, maxLength: 4 }),
        padding: fc.constantFrom("zeros" as const, "reflect" as const),
      });
    });
  fc.assert(
    fc.property(cases, ({ shape, moves, padding }) => {
      const [height, width, channels] = shape;
      const size = height * width * channels;
      const images = Float32Array.from({ length: moves.length * size }, (_, i) => i + 1);
      const expected = Float32Array.from(images, (_, i) => {
        const image = Math.floor(i / size);
        const [mirror, down, right, top, left, bottom, end] = moves[image]!;
        const [y, x] = [Math.floor((i % size) / channels / width), Math.floor(i / channels) % width];
        if (y >= top && y < bottom && x >= left && x < end) return 0;
        let [fromY, fromX] = [y - down, x - right];
        if (padding === "reflect") [fromY, fromX] = [bounce(fromY, height), bounce(fromX, width)];
        else if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) return 0;
        if (mirror === 1) fromX = width - 1 - fromX;
        return image * size + (fromY * width + fromX) * channels + (i % channels) + 1;
      });
      const before = images.slice();
      expect(moveImages(images, shape, { values: Int32Array.from(moves.flat()), padding })).toEqual(expected);
      expect(images).toEqual(before);
      expect(moves.flat()).toHaveLength(MOVE_NUMBERS * moves.length);
    }),
    { numRuns: 300 },
  );
});
