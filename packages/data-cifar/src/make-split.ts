import type { Random, Split } from "@benn/core";
import { SIDE, SIZE } from "./images.ts";

/** Writes the preprocessed images of these rows of a set, [rows.length, 32, 32, 3], into `into`. */
export type ImageReader = (rows: Int32Array, into: Float32Array) => void;

/** How `images` changes what it reads when it is given a generator. */
export interface Augmentation {
  /** Mirror every other image left to right, by the toss of a coin. */
  readonly flip: boolean;
  /** Shift by up to this many pixels each way, zeros coming in: the same as padding by it and cropping at random. */
  readonly crop: number;
}

/**
 * The split of these rows of a set, preprocessed and perhaps augmented as it is read.
 * @param labels class of every row of the set
 */
export function makeSplit(
  labels: Uint8Array,
  rows: Int32Array,
  { read, flip, crop }: Augmentation & { readonly read: ImageReader },
): Split {
  return {
    labels: Int32Array.from(rows, (row) => labels[row]!),
    images(wanted: Int32Array, augment?: Random): Float32Array {
      const images = new Float32Array(wanted.length * SIZE);
      read(
        wanted.map((row) => rows[row]!),
        images,
      );
      if (augment === undefined || (!flip && crop === 0)) return images;

      const augmented = new Float32Array(images.length);
      for (let at = 0; at < images.length; at += SIZE) {
        const mirrored = flip && augment.integer(2) === 1;
        const down = crop > 0 ? augment.integer(2 * crop + 1) - crop : 0;
        const right = crop > 0 ? augment.integer(2 * crop + 1) - crop : 0;
        move(images.subarray(at, at + SIZE), augmented.subarray(at, at + SIZE), { mirrored, down, right });
      }
      return augmented;
    },
  };
}

/** Copies an image [32, 32, 3], perhaps mirrored and then moved, into zeros. */
function move(
  image: Float32Array,
  into: Float32Array,
  { mirrored, down, right }: { readonly mirrored: boolean; readonly down: number; readonly right: number },
): void {
  for (let y = Math.max(0, down); y < Math.min(SIDE, SIDE + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(SIDE, SIDE + right); x++) {
      const column = mirrored ? SIDE - 1 - (x - right) : x - right;
      const from = ((y - down) * SIDE + column) * 3;
      const to = (y * SIDE + x) * 3;
      into[to] = image[from]!;
      into[to + 1] = image[from + 1]!;
      into[to + 2] = image[from + 2]!;
    }
  }
}
