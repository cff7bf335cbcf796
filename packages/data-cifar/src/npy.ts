import { UserError } from "@benn/core";
import { printable } from "@benn/core/internals";
import { neighbourOf } from "./name-neighbour.ts";

/** An array read from a .npy file, in C order. */
export interface NumpyArray {
  readonly shape: readonly number[];
  /** Of the values in the file: `|u1`, `<f4`, … */
  readonly type: string;
  /** float64 and the integers wider than a byte are converted to float32, float32 and bytes are not copied if aligned. */
  readonly values: Float32Array | Uint8Array;
}

const MAGIC = "\u0093NUMPY";

/** Bytes of one value, and how to read all of them, by the type's name in the header. */
const TYPES: Readonly<Record<string, { readonly bytes: number; readonly read: (data: Uint8Array) => Float32Array | Uint8Array }>> = {
  "|u1": { bytes: 1, read: (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  "<f4": { bytes: 4, read: (data) => new Float32Array(...aligned(data, 4)) },
  "<f8": { bytes: 8, read: (data) => Float32Array.from(new Float64Array(...aligned(data, 8))) },
  "<i4": { bytes: 4, read: (data) => Float32Array.from(new Int32Array(...aligned(data, 4))) },
  "<i8": { bytes: 8, read: (data) => Float32Array.from(new BigInt64Array(...aligned(data, 8)), Number) },
};

/**
 * Reads a .npy file of version 1, 2 or 3: little-endian numbers in C order. Nothing in the file is executed; arrays of
 * objects, which are pickles, are refused.
 * @param path for messages
 * @throws UserError for anything else, or a file that does not hold as many values as its shape says
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpy(file: Uint8Array, path: string): NumpyArray {
  const refuse = (what: string, remedy = "Save it again with numpy.save."): UserError =>
    new UserError(`cifar10: "${path}" ${what} ${remedy}`);
  if (file.length < 12 || Buffer.from(file.subarray(0, 6)).toString("latin1") !== MAGIC)
    throw neighbourOf(file, path) ?? refuse("is not a .npy file.");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = file[6]!;
  if (version < 1 || version > 3) throw refuse(`is of .npy version ${version}, but only 1 to 3 are known.`);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > file.length) throw refuse("is cut short within its header.");

  const header = Buffer.from(file.subarray(start, end)).toString("utf8");
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape':\s*\(([\dL,\s]*)\)/.exec(header)?.[1];
  if (type === undefined || order === undefined || dimensions === undefined) throw refuse("has a header that cannot be read.");
  if (type.startsWith("|O")) throw refuse("holds Python objects, which are pickled and never unpickled here.");
  const known = TYPES[type];
  if (!known) {
    throw refuse(
      `has values of type ${printable(type, 40)}, but only ${Object.keys(TYPES).join(", ")} are read.`,
      `Cast them before numpy.save: .astype('float32'), or .astype('uint8') for raw pixels.`,
    );
  }
  const shape = dimensions
    .split(",")
    .map((size) => size.replace("L", "").trim())
    .filter((size) => size !== "")
    .map(Number);
  if (order === "True" && shape.length > 1) throw refuse("is in Fortran order. Pass it through numpy.ascontiguousarray.");

  const bytes = shape.reduce((product, size) => product * size, known.bytes);
  if (file.length - end !== bytes) {
    throw refuse(`should hold ${bytes} bytes of values for its shape [${shape.join(", ")}], and holds ${file.length - end}.`);
  }
  return { shape, type, values: known.read(file.subarray(end)) };
}

/** Arguments of a typed array over these bytes, which are copied if they do not lie at a multiple of its element. */
function aligned(data: Uint8Array, bytes: number): [buffer: ArrayBuffer, offset: number, length: number] {
  const { buffer, byteOffset, byteLength } = data.byteOffset % bytes === 0 ? data : new Uint8Array(data);
  return [buffer as ArrayBuffer, byteOffset, byteLength / bytes];
}
