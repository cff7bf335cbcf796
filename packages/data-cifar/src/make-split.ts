import { type Augment, mirrorsInTurn, MOVE_NUMBERS, moveImages, type Moves, type Split } from "@benn/core";
import { drawCutout } from "@benn/core/internals";
import { SHAPE, SIZE } from "./images.ts";

/** Writes the preprocessed images of these rows of a set, [rows.length, 32, 32, 3], into `into`. */
export type ImageReader = (rows: Int32Array, into: Float32Array) => void;

/** How `images` changes what it reads when it is given what to do so by. */
export interface Augmentation {
  /** Mirror left to right: by the toss of a coin, or in every other epoch. */
  readonly flip: boolean | "alternating";
  /** Shift by up to this many pixels each way: the same as padding by it and cropping at random. */
  readonly crop: number;
  /** What a shift brings in. */
  readonly padding: Moves["padding"];
  /** Side of the square that is set to zero, in pixels; 0: none. */
  readonly cutout: number;
}

/**
 * The split of these rows of a set, preprocessed and perhaps augmented as it is read.
 * @param labels class of every row of the set
 */
export function makeSplit(
  labels: Uint8Array,
  rows: Int32Array,
  { read, flip, crop, padding, cutout }: Augmentation & { readonly read: ImageReader },
): Split {
  const moves = (wanted: Int32Array, augment: Augment): Moves => {
    const { random } = augment;
    const values = new Int32Array(MOVE_NUMBERS * wanted.length);
    for (const [i, row] of wanted.entries()) {
      const at = MOVE_NUMBERS * i;
      values[at] = flip === "alternating" ? Number(mirrorsInTurn(row, augment)) : flip ? random.integer(2) : 0;
      if (crop > 0) values.set([random.integer(2 * crop + 1) - crop, random.integer(2 * crop + 1) - crop], at + 1);
      if (cutout === 0) continue;
      const { top, left, bottom, right } = drawCutout(random, cutout, SHAPE);
      values.set([top, left, bottom, right], at + 3);
    }
    return { values, padding };
  };
  return {
    labels: Int32Array.from(rows, (row) => labels[row]!),
    moves,
    images(wanted: Int32Array, augment?: Augment): Float32Array {
      const images = new Float32Array(wanted.length * SIZE);
      read(
        wanted.map((row) => rows[row]!),
        images,
      );
      const changes = flip !== false || crop > 0 || cutout > 0;
      return augment && changes ? moveImages(images, SHAPE, moves(wanted, augment)) : images;
    },
  };
}
