/** Labelled 32×32 colour images of a source, before any preprocessing. */
export interface Images {
  /** Class of each image [n], from 0. */
  readonly labels: Uint8Array;
  /** [n, 3, 32, 32] in red, green and blue planes. Bytes are raw pixels; floats are preprocessed already and used unchanged. */
  readonly pixels: Uint8Array | Float32Array;
}

export const SIDE = 32;
export const PLANE = SIDE * SIDE;
/** [height, width, channels] of a network's input image. */
export const SHAPE = [SIDE, SIDE, 3] as const;
/** Number of values per image. */
export const SIZE = 3 * PLANE;

export const CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"] as const;

/** Copies the images of these rows. */
export function pickImages({ labels, pixels }: Images, rows: Int32Array): Images {
  const picked = pixels instanceof Uint8Array ? new Uint8Array(rows.length * SIZE) : new Float32Array(rows.length * SIZE);
  for (const [at, row] of rows.entries()) picked.set(pixels.subarray(row * SIZE, (row + 1) * SIZE), at * SIZE);
  return { labels: Uint8Array.from(rows, (row) => labels[row]!), pixels: picked };
}
