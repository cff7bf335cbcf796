import { UserError } from "@benn/core";
import { parseNpy } from "@benn/core/internals";
import { readWhole } from "./read-whole.ts";

/** Reads a list of floats from a .npy file, see `parseList`. */
export async function readNpy(path: string): Promise<Float64Array> {
  return parseList(await readWhole(path), path);
}

/**
 * All values of a .npy file of floats in order, in float64: a list, regardless of the number of axes of length 1.
 * @param path for messages
 * @throws UserError for any other file, a table, and values that are not finite
 */
export function parseList(file: Uint8Array, path: string): Float64Array {
  const { shape, values } = parseNpy(file, `${path}:`, { types: ["<f4", "<f8"], cast: "Cast it before numpy.save: .astype('float64')." });
  const refuse = (what: string): UserError => new UserError(`${path}: ${what}. Save it again with numpy.save, as float32 or float64.`);
  if (shape.filter((size) => size !== 1).length > 1) throw refuse(`is [${shape.join(", ")}], which is not a list`);
  const list = Float64Array.from(values, Number);
  if (!list.every(Number.isFinite)) throw refuse("holds values that are not finite");
  return list;
}
