import { gunzipSync } from "node:zlib";
import { UserError } from "@benn/core";
import { foreignFileError } from "@benn/data-kit";

/** The contents of a file in the IDX format. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row by row; a view of the file's bytes. */
  readonly values: Uint8Array;
}

/** More than any unpacked file of the MNIST family: a file that grows beyond it is not one. */
const LARGEST = 2 ** 30;

/** A file's bytes, decompressed if they are gzipped. @throws UserError if they cannot be decompressed */
export function gunzipped(bytes: Uint8Array, path: string, dataset: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (cause) {
    const { message } = cause as Error;
    throw new UserError(`${dataset}: "${path}" cannot be unpacked (${message}). It is damaged or cut short; fetch it again.`, { cause });
  }
}

/**
 * Parses a file of bytes in the IDX format: two zeros, 8 for bytes, the number of axes, each axis's length as a big-endian 32-bit integer,
 * then the values.
 * @param axes required number of axes
 * @throws UserError for another file, another type or number of axes, or a number of values that does not match the lengths
 * @see Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/
 */
export function parseIdx(bytes: Uint8Array, axes: number, path: string, dataset: string): IdxArray {
  const fail = (what: string): UserError => new UserError(`${dataset}: "${path}" ${what}. Fetch it again.`);
  const start = 4 + 4 * axes;
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes.length < start)
    throw foreignFileError(bytes, path, dataset) ?? fail("is no IDX file: it does not begin with two zeros and its axes");
  if (bytes[2] !== 8) throw fail(`has values of the IDX type ${bytes[2]}, not bytes (8)`);
  if (bytes[3] !== axes)
    throw new UserError(`${dataset}: "${path}" has ${bytes[3]} axes, not ${axes}. Are images and labels in each other's place?`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== count)
    throw fail(`should have ${shape.join("×")} values and has ${bytes.length - start}: it is cut short or damaged`);
  return { shape, values: bytes.subarray(start) };
}
