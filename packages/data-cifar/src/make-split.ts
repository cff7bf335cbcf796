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
  const moves = (count: number, augment: Random): Int32Array => {
    const drawn = new Int32Array(3 * count);
    for (let at = 0; at < drawn.length; at += 3) {
      drawn[at] = flip ? augment.integer(2) : 0;
      if (crop === 0) continue;
      drawn[at + 1] = augment.integer(2 * crop + 1) - crop;
      drawn[at + 2] = augment.integer(2 * crop + 1) - crop;
    }
    return drawn;
  };
  return {
    labels: Int32Array.from(rows, (row) => labels[row]!),
    moves,
    images(wanted: Int32Array, augment?: Random): Float32Array {
      const images = new Float32Array(wanted.length * SIZE);
      read(
        wanted.map((row) => rows[row]!),
        images,
      );
      if (augment === undefined || (!flip && crop === 0)) return images;

      const augmented = new Float32Array(images.length);
      const drawn = moves(wanted.length, augment);
      for (const i of wanted.keys()) {
        const [mirrored, down = 0, right = 0] = drawn.subarray(3 * i, 3 * i + 3);
        const [from, to] = [i * SIZE, (i + 1) * SIZE];
        move(images.subarray(from, to), augmented.subarray(from, to), { mirrored: mirrored === 1, down, right });
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
