import type { Random, Split } from "@benn/core";
import { type Images, PLANE, SIDE, SIZE } from "./images.ts";

/** Writes one image's preprocessed values [32, 32, 3], row by row, into `into` from `at`. */
export type Preprocess = (pixels: Uint8Array | Float32Array, from: number, into: Float32Array, at: number) => void;

/** How `images` changes what it reads when it is given a generator. */
export interface Augmentation {
  /** Mirror every other image left to right, by the toss of a coin. */
  readonly flip: boolean;
  /** Shift by up to this many pixels each way, zeros coming in: the same as padding by it and cropping at random. */
  readonly crop: number;
}

/** The split of `rows` of a source, preprocessed when read. */
export function makeSplit(
  source: Images,
  rows: Int32Array,
  { preprocess, flip, crop }: Augmentation & { readonly preprocess: Preprocess },
): Split {
  const plain = new Float32Array(SIZE);
  return {
    labels: Int32Array.from(rows, (row) => source.labels[row]!),
    images(wanted: Int32Array, augment?: Random): Float32Array {
      const images = new Float32Array(wanted.length * SIZE);
      const changes = augment !== undefined && (flip || crop > 0);
      for (let i = 0; i < wanted.length; i++) {
        const from = rows[wanted[i]!]! * SIZE;
        if (!changes) {
          preprocess(source.pixels, from, images, i * SIZE);
          continue;
        }
        preprocess(source.pixels, from, plain, 0);
        const mirrored = flip && augment.integer(2) === 1;
        const down = crop > 0 ? augment.integer(2 * crop + 1) - crop : 0;
        const right = crop > 0 ? augment.integer(2 * crop + 1) - crop : 0;
        move(plain, images, i * SIZE, { mirrored, down, right });
      }
      return images;
    },
  };
}

/** Copies an image [32, 32, 3], moved and perhaps mirrored, into zeros. */
function move(
  image: Float32Array,
  into: Float32Array,
  at: number,
  { mirrored, down, right }: { readonly mirrored: boolean; readonly down: number; readonly right: number },
): void {
  for (let y = Math.max(0, down); y < Math.min(SIDE, SIDE + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(SIDE, SIDE + right); x++) {
      const column = mirrored ? SIDE - 1 - (x - right) : x - right;
      const from = ((y - down) * SIDE + column) * 3;
      const to = at + (y * SIDE + x) * 3;
      into[to] = image[from]!;
      into[to + 1] = image[from + 1]!;
      into[to + 2] = image[from + 2]!;
    }
  }
}

/** No change but of layout, from planes to channels last: for images that come preprocessed. */
export const asTheyAre: Preprocess = (pixels, from, into, at) => {
  for (let place = 0; place < PLANE; place++) {
    for (let channel = 0; channel < 3; channel++) into[at + place * 3 + channel] = pixels[from + channel * PLANE + place]!;
  }
};
