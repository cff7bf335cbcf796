import type { PixelClasses } from "./window.ts";

export interface ImageConv {
  /** [height, width, channels, filters]. */
  readonly kernel: Float32Array;
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly filters: number;
  /** [channels][256]: the float of each byte. */
  readonly table: Float32Array;
  /** [filters]. */
  readonly thresholds: Float32Array;
  /** See `ConvNode`. */
  readonly block: number;
}

const [LEAST, GREATEST] = [-(2 ** 31), 2 ** 31 - 1];
const asInt32 = (value: number, otherwise: number): number =>
  Number.isNaN(value) ? otherwise : Math.min(Math.max(value, LEAST), GREATEST);

/**
 * The first layer's kernel as integers, and the range of integer sums in which its bits are not certain.
 *
 * A float of the image is nearly slope·q + intercept with q = byte − 128, so the sum of a patch is nearly unit·S + constant, where S = Σ
 * round(w·slope / unit)·q. The two differ by at most
 *
 *     Σ |w·slope − unit·integer|·128 + Σ |w|·(how far the floats are from a line) + (length + blocks)·2⁻²⁴·1.01·Σ |w|·max |x|
 *
 * where the last term is for the roundings of the float32 sum (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1).
 * `assembly/image-conv.ts` defines the layout of both arrays.
 */
export function imageBands(
  conv: ImageConv,
  { rows, columns }: PixelClasses,
): { readonly integers: Int16Array; readonly bands: Int32Array } {
  const { kernel, size, channels, filters, table, thresholds, block } = conv;
  const [height, width] = size;
  const length = height * width * channels;
  const pairs = Math.ceil(length / 2);
  const panels = Math.ceil(filters / 16);
  const lines = Array.from({ length: channels }, (_, channel) => lineThrough(table.subarray(channel * 256, channel * 256 + 256)));
  const line = (k: number) => lines[k % channels] as Line;
  // The sum of `length` products of an int16 and 128 must fit an int32.
  const largest = Math.min(32_767, Math.floor(GREATEST / (128 * length)));
  const integers = new Int16Array(panels * pairs * 32);
  const classes = rows.flatMap((row) => columns.map((column) => ({ row, column })));
  const bands = new Int32Array(classes.length * panels * 32);
  for (let filter = 0; filter < filters; filter++) {
    const weight = (k: number): number => kernel[k * filters + filter] as number;
    let scale = 0;
    for (let k = 0; k < length; k++) scale = Math.max(scale, Math.abs(weight(k) * line(k).slope));
    const unit = scale / largest || 1;
    let error = 0;
    let magnitude = 0;
    for (let k = 0; k < length; k++) {
      const { slope, bend, most } = line(k);
      const integer = Math.round((weight(k) * slope) / unit);
      integers[(((filter >> 4) * pairs + (k >> 1)) * 16 + (filter & 15)) * 2 + (k & 1)] = integer;
      error += Math.abs(weight(k) * slope - unit * integer) * 128 + Math.abs(weight(k)) * bend;
      magnitude += Math.abs(weight(k)) * most;
    }
    error += (length + Math.ceil(length / block) + 1) * 2 ** -24 * 1.01 * magnitude + 1e-9 * magnitude;
    for (const [i, { row, column }] of classes.entries()) {
      let constant = 0;
      for (let u = row.from; u < row.to; u++) {
        for (let v = column.from; v < column.to; v++) {
          for (let channel = 0; channel < channels; channel++)
            constant += weight((u * width + v) * channels + channel) * (lines[channel] as Line).intercept;
        }
      }
      const at = (i * panels + (filter >> 4)) * 32 + (filter & 15);
      const middle = (thresholds[filter] as number) - constant;
      bands[at] = asInt32(Math.floor((middle - error) / unit) - 1, LEAST);
      bands[at + 16] = asInt32(Math.ceil((middle + error) / unit) + 1, GREATEST);
    }
  }
  // The padding filters of the last panel have kernel 0 and must never be above their band.
  for (const [i] of classes.entries()) {
    for (let filter = filters; filter < panels * 16; filter++) {
      const at = (i * panels + (filter >> 4)) * 32 + (filter & 15);
      bands[at] = bands[at + 16] = GREATEST;
    }
  }
  return { integers, bands };
}

interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** The largest distance of a float from slope·q + intercept. */
  readonly bend: number;
  /** The largest magnitude of a float. */
  readonly most: number;
}

function lineThrough(floats: Float32Array): Line {
  const slope = ((floats[255] as number) - (floats[0] as number)) / 255;
  const intercept = (floats[0] as number) + 128 * slope;
  let [bend, most] = [0, 0];
  for (const [byte, value] of floats.entries()) {
    bend = Math.max(bend, Math.abs(value - (slope * (byte - 128) + intercept)));
    most = Math.max(most, Math.abs(value));
  }
  return { slope, intercept, bend, most };
}
