import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Recipe } from "./recipe.ts";
import { valueWriter } from "./write-values.ts";

test("every value is (x − mean) / deviation at its place, mirrored or not, in either order, with either mean", () => {
  const sizes = fc.record({ size: fc.integer({ min: 1, max: 9 }), left: fc.nat(5), top: fc.nat(5), spare: fc.nat(4) });
  const kinds = fc.record({ mirrored: fc.boolean(), bgr: fc.boolean(), image: fc.boolean(), at: fc.nat(7), seed: fc.nat() });
  fc.assert(
    fc.property(sizes, kinds, ({ size, left, top, spare }, { mirrored, bgr, image, at, seed }) => {
      const random = createRandom(seed, "values");
      const resize = size + Math.max(left, top) + spare;
      const mean = Float32Array.from({ length: image ? 3 * resize ** 2 : 3 }, () => 255 * random.uniform());
      const deviation = Float32Array.from({ length: 3 }, () => 1 + random.uniform());
      const recipe: Recipe = {
        size,
        resize,
        fit: "squash",
        augment: "crop",
        flip: true,
        minArea: 1,
        channels: bgr ? "bgr" : "rgb",
        mean,
        deviation,
      };
      const pixels = Uint8Array.from({ length: 3 * size ** 2 }, () => random.integer(256));
      const into = new Float32Array(at + pixels.length);
      valueWriter(recipe)(pixels, { window: { left, top, width: size, height: size }, mirrored, into, at });
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const seen = mirrored ? size - 1 - x : x;
          for (let channel = 0; channel < 3; channel++) {
            const value = pixels[(y * size + seen) * 3 + (bgr ? 2 - channel : channel)]!;
            const centre = image ? mean[((top + y) * resize + left + seen) * 3 + channel]! : mean[channel]!;
            expect(into[at + (y * size + x) * 3 + channel]).toBe(Math.fround((value - centre) / deviation[channel]!));
          }
        }
      }
    }),
  );
});
