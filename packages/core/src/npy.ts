import { foreignFile } from "./foreign-file.ts";
import { printable } from "./printable.ts";
import { UserError } from "./user-error.ts";

/** Values with the type of the file. */
export type NpyValues = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** An array read from a .npy file, in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Type of the values in the file: `|u1`, `<f4`, … */
  readonly type: NpyType;
  /** A view of the file if the values are aligned to their size, else a copy. */
  readonly values: NpyValues;
}

const MAGIC = "\u0093NUMPY";

/** NumPy's own headers have about a hundred bytes. */
const LONGEST_HEADER = 2 ** 16;

/** By the type's name in the header: bytes per value, and how to read all values. */
const TYPES = {
  "|u1": { bytes: 1, read: (data: Uint8Array) => new Uint8Array(...aligned(data, 1)) },
  "<f4": { bytes: 4, read: (data: Uint8Array) => new Float32Array(...aligned(data, 4)) },
  "<f8": { bytes: 8, read: (data: Uint8Array) => new Float64Array(...aligned(data, 8)) },
  "<i4": { bytes: 4, read: (data: Uint8Array) => new Int32Array(...aligned(data, 4)) },
  "<i8": { bytes: 8, read: (data: Uint8Array) => new BigInt64Array(...aligned(data, 8)) },
} as const;

export type NpyType = keyof typeof TYPES;

export interface NpyExpected {
  /** Types that the caller can use. Default: all. */
  readonly types?: readonly NpyType[];
  /** A sentence: how to save the array as one of them. */
  readonly cast: string;
}

/**
 * Reads a .npy file of version 1, 2 or 3: little-endian numbers in C order. Executes nothing in the file; refuses arrays of objects, which
 * are pickles.
 * @param who the file, as messages begin: `cifar10: "train_data.npy"`
 * @throws UserError for anything else, or a file that does not hold as many values as its shape says
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpy(file: Uint8Array, who: string, { types = npyTypes, cast }: NpyExpected): NpyArray {
  const refuse = (what: string, remedy = "Save it again with numpy.save."): UserError => new UserError(`${who} ${what} ${remedy}`);
  if (file.length < 12 || textOf(file.subarray(0, 6)) !== MAGIC) {
    const foreign = foreignFile(file);
    throw foreign ? refuse(`is ${foreign.what}.`, foreign.remedy) : refuse("is not a .npy file.");
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = file[6] ?? 0;
  if (version < 1 || version > 3) throw refuse(`is of .npy version ${version}, but only 1 to 3 are known.`);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > file.length || end - start > LONGEST_HEADER) throw refuse("is cut short within its header.");

  const header = textOf(file.subarray(start, end));
  const found = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape':\s*\(([\dL,\s]*)\)/.exec(header)?.[1];
  if (found === undefined || order === undefined || dimensions === undefined) throw refuse("has a header that cannot be read.");
  if (found.startsWith("|O")) throw refuse("holds Python objects, which are pickled and never unpickled here.");
  const type = types.find((known) => known === found);
  if (type === undefined) throw refuse(`has values of type ${printable(found, 40)}, but only ${types.join(", ")} are read.`, cast);
  const shape = dimensions
    .split(",")
    .map((size) => size.replace("L", "").trim())
    .filter((size) => size !== "")
    .map(Number);
  if (order === "True" && shape.length > 1) throw refuse("is in Fortran order. Pass it through numpy.ascontiguousarray.");

  const bytes = shape.reduce((product, size) => product * size, TYPES[type].bytes);
  if (file.length - end !== bytes) {
    throw refuse(`should hold ${bytes} bytes of values for its shape [${shape.join(", ")}], and holds ${file.length - end}.`);
  }
  return { shape, type, values: TYPES[type].read(file.subarray(end)) };
}

const npyTypes = Object.keys(TYPES) as NpyType[];

/** One letter per byte: `TextDecoder`'s "latin1" is actually windows-1252. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Arguments for a typed array over these bytes; copies them if they are not aligned to its element size. */
function aligned(data: Uint8Array, bytes: number): [buffer: ArrayBuffer, offset: number, length: number] {
  const { buffer, byteOffset, byteLength } = data.byteOffset % bytes === 0 ? data : new Uint8Array(data);
  return [buffer as ArrayBuffer, byteOffset, byteLength / bytes];
}
