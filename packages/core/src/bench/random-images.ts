import type { ExpectedData, Split } from "../dataset.ts";
import { MOVE_NUMBERS } from "../moves.ts";
import { createRandom } from "../random.ts";

/** Used if a dataset does not declare what to expect: images like those of CIFAR-10. */
export const USUAL: ExpectedData = { shape: [32, 32, 3], classes: 10, moves: false };

/** Labelled images of normal random numbers, as after standardizing; the same on every call. Augmentation leaves them unchanged. */
export function randomImages(rows: number, { shape, classes, moves }: ExpectedData): Split {
  const random = createRandom(0, "bench");
  const size = shape[0] * shape[1] * shape[2];
  const pixels = Float32Array.from({ length: rows * size }, () => random.normal());
  return {
    labels: Int32Array.from({ length: rows }, (_, row) => row % classes),
    images(wanted) {
      const images = new Float32Array(wanted.length * size);
      for (const [at, row] of wanted.entries()) images.set(pixels.subarray(row * size, (row + 1) * size), at * size);
      return images;
    },
    ...(moves
      ? { moves: (wanted: Int32Array) => ({ values: new Int32Array(MOVE_NUMBERS * wanted.length), padding: "zeros" as const }) }
      : {}),
  };
}
