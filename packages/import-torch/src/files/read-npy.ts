import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";
import { readWhole } from "./read-whole.ts";

const MAGIC = "\u0093NUMPY";

/** Reads a .npy file, see `parseNpy`. */
export async function readNpy(path: string): Promise<Float64Array> {
  return parseNpy(await readWhole(path), path);
}

/**
 * Reads a .npy file of floats: all its values in their order, in float64. Its shape is not asked for: a list is a list,
 * however many axes of 1 it has.
 * @param who the file, for messages
 * @throws UserError for any other type, which may be pickled objects, and for a file that is not whole
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpy(file: Uint8Array, who: string): Float64Array {
  const refuse = (what: string): UserError => new UserError(`${who}: ${what}. Save it again with numpy.save, as float32 or float64.`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || text(file.subarray(0, 6)) !== MAGIC) {
    const foreign = foreignFile(file);
    throw foreign ? new UserError(`${who}: is ${foreign.what}. ${foreign.remedy}`) : refuse("is not a .npy file");
  }
  const start = file[6] === 1 ? 10 : 12;
  const end = start + (start === 10 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > file.length || end - start > 1 << 16) throw refuse("is cut short in its header");
  const header = text(file.subarray(start, end));
  const [, width] = /'descr':\s*'<f([48])'/.exec(header) ?? [];
  const [, shape] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  if (width === undefined || shape === undefined) throw refuse("holds no little-endian floats");
  const sizes = shape.split(",").filter((size) => size.trim() !== "");
  if (sizes.filter((size) => Number(size) !== 1).length > 1) throw refuse(`is [${sizes.map(Number).join(", ")}], which is not a list`);
  const length = sizes.reduce((product, size) => product * Number(size), 1);
  const bytes = Number(width);
  if (file.length - end !== length * bytes) throw refuse(`should hold ${length} values, and holds ${(file.length - end) / bytes}`);
  const values = Float64Array.from({ length }, (_, i) =>
    bytes === 4 ? view.getFloat32(end + 4 * i, true) : view.getFloat64(end + 8 * i, true),
  );
  if (!values.every(Number.isFinite)) throw refuse("holds values that are not finite");
  return values;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
