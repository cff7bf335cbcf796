/** Numbers per image in `Moves`. */
export const MOVE_NUMBERS = 7;

/** What is done to each image of a batch: mirror, shift, then set a rectangle to zero, in this order. */
export interface Moves {
  /**
   * [images, 7]: 1 to mirror left to right, else 0; pixels to shift down, and right; first row, first column, end row and end column (both
   * exclusive) of the rectangle of zeros, which may be empty.
   */
  readonly values: Int32Array;
  /**
   * What a shift fills in: zeros, or the image reflected at its border without repeating the border pixels. With reflection, shifts must be
   * smaller than the image.
   */
  readonly padding: "zeros" | "reflect";
}

/**
 * Moves images as the kernel `GatherImages` does.
 * @param images [images, height, width, channels]
 * @param shape [height, width, channels] of one image
 * @returns a new array of the same shape
 */
export function moveImages(images: Float32Array, shape: readonly [number, number, number], { values, padding }: Moves): Float32Array {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const moved = new Float32Array(images.length);
  const columns = new Int32Array(width);
  for (let at = 0, move = 0; at < images.length; at += size, move += MOVE_NUMBERS) {
    const [mirror = 0, down = 0, right = 0, cutTop = 0, cutLeft = 0, cutBottom = 0, cutRight = 0] = values.subarray(
      move,
      move + MOVE_NUMBERS,
    );
    const reflects = padding === "reflect";
    for (let x = 0; x < width; x++) {
      const column = sourceOf(x - right, width, reflects);
      columns[x] = column < 0 || mirror === 0 ? column : width - 1 - column;
    }
    for (let y = 0; y < height; y++) {
      const row = sourceOf(y - down, height, reflects);
      if (row < 0) continue;
      const isCut = y >= cutTop && y < cutBottom;
      const from = at + row * width * channels;
      for (let x = 0, to = at + y * width * channels; x < width; x++, to += channels) {
        const column = columns[x]!;
        if (column < 0 || (isCut && x >= cutLeft && x < cutRight)) continue;
        for (let channel = 0; channel < channels; channel++) moved[to + channel] = images[from + column * channels + channel]!;
      }
    }
  }
  return moved;
}

/** Source index of a pixel along one axis; −1 for zeros. */
function sourceOf(place: number, length: number, reflects: boolean): number {
  if (place >= 0 && place < length) return place;
  if (!reflects) return -1;
  return place < 0 ? -place : 2 * (length - 1) - place;
}
