import { type Augment, type LoadedDataset, mirrorsInTurn, MOVE_NUMBERS, moveImages, type Moves, type Split } from "@benn/core";
import { drawCutout } from "@benn/core/internals";

/** Writes the preprocessed images of these rows of a set, [rows.length, height, width, channels], into `into`. */
export type ImageReader = (rows: Int32Array, into: Float32Array) => void;

/** How `images` changes what it reads when it is called with `augment`. */
export interface Augmentation {
  /** Mirror left to right: at random, or in every other epoch. */
  readonly flip: boolean | "alternating";
  /** Shift by up to this many pixels in each direction: the same as padding by it and cropping at random. */
  readonly crop: number;
  /** What a shift fills in. */
  readonly padding: Moves["padding"];
  /** Side of the square that is set to zero, in pixels; 0: none. */
  readonly cutout: number;
}

/**
 * The split of these rows of a set, preprocessed and optionally augmented as it is read.
 * @param labels class of every row of the set
 */
export function makeSplit(
  labels: Uint8Array | Int32Array,
  rows: Int32Array,
  { shape, read, flip, crop, padding, cutout }: Augmentation & { readonly shape: LoadedDataset["shape"]; readonly read: ImageReader },
): Split {
  const [height, width, channels] = shape;
  const moves = (wanted: Int32Array, augment: Augment): Moves => {
    const { random } = augment;
    const values = new Int32Array(MOVE_NUMBERS * wanted.length);
    for (const [i, row] of wanted.entries()) {
      const at = MOVE_NUMBERS * i;
      values[at] = flip === "alternating" ? Number(mirrorsInTurn(row, augment)) : flip ? random.integer(2) : 0;
      if (crop > 0) values.set([random.integer(2 * crop + 1) - crop, random.integer(2 * crop + 1) - crop], at + 1);
      if (cutout === 0) continue;
      const { top, left, bottom, right } = drawCutout(random, cutout, shape);
      values.set([top, left, bottom, right], at + 3);
    }
    return { values, padding };
  };
  return {
    labels: Int32Array.from(rows, (row) => labels[row]!),
    moves,
    images(wanted: Int32Array, augment?: Augment): Float32Array {
      const images = new Float32Array(wanted.length * height * width * channels);
      read(
        wanted.map((row) => rows[row]!),
        images,
      );
      const changes = flip !== false || crop > 0 || cutout > 0;
      return augment && changes ? moveImages(images, shape, moves(wanted, augment)) : images;
    },
  };
}
