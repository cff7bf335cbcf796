import fc from "fast-check";
import { randomBytes } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { packImages, unpackImages } from "./image-codec.ts";
import { SIZE } from "./images.ts";

test("images of noise, of edges and of one colour come back to the byte, and none at all too", () => {
  const image = fc.oneof(
    fc.integer().map((seed) => randomBytes(SIZE, seed)),
    fc.nat(255).map((value) => new Uint8Array(SIZE).fill(value)),
    fc.integer({ min: 1, max: 40 }).map((period) => Uint8Array.from({ length: SIZE }, (_, i) => (i % period === 0 ? 255 : 0))),
  );
  fc.assert(
    fc.property(fc.array(image, { maxLength: 3 }), (images) => {
      const pixels = new Uint8Array(images.length * SIZE);
      for (const [at, one] of images.entries()) pixels.set(one, at * SIZE);
      expect(Buffer.compare(unpackImages(packImages(pixels)), pixels)).toBe(0);
    }),
    { numRuns: 20 },
  );
});
