import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "@benn/core";
import { type NpyArray, parseNpy } from "@benn/core/internals";
import { readWhole } from "@benn/data-kit";
import { CLASSES, type Images, PLANE, SIDE, SIZE } from "./images.ts";
import type { OnFile, Source } from "./source.ts";

const ARRAYS = ["train_data", "train_labels", "test_data", "test_labels"] as const;

const CAST = "Cast them before numpy.save: .astype('float32'), or .astype('uint8') for raw pixels.";

/** The file of an array, with or without the ending `.npy`. */
function fileOf(folder: string, array: string): string | undefined {
  return [`${array}.npy`, array].map((name) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether the folder has any of the four arrays. */
export function hasNumpyArrays(folder: string): boolean {
  return ARRAYS.some((array) => fileOf(folder, array) !== undefined);
}

/**
 * Reads the four NumPy arrays of the paper's own code: `train_data`, `train_labels`, `test_data` and `test_labels`, with or without `.npy`.
 * Images are [n, 3, 32, 32] or [n, 32, 32, 3]; floats are preprocessed already, bytes are raw pixels. Labels are integers of any type, [n]
 * or [n, 1].
 * @throws UserError for an array that is missing, has another shape, or contains an invalid value
 */
export async function readNumpyArrays(folder: string, onFile?: OnFile): Promise<Source> {
  const files: Record<string, string> = {};
  const read = async (array: (typeof ARRAYS)[number]) => {
    const path = fileOf(folder, array);
    if (path === undefined) {
      throw new UserError(`cifar10: "${join(folder, `${array}.npy`)}" is missing. The folder needs ${ARRAYS.join(", ")}.`);
    }
    const bytes = await readWhole(path, "cifar10");
    files[basename(path)] = createHash("sha256").update(bytes).digest("hex");
    onFile?.(Object.keys(files).length, ARRAYS.length);
    return { path, ...parseNpy(bytes, `cifar10: "${path}"`, { cast: CAST }) };
  };
  const images = async (split: "train" | "test"): Promise<Images> => {
    const data = await read(`${split}_data`);
    const given = await read(`${split}_labels`);
    const pixels = toPlanes(data);
    const labels = toLabels(given);
    if (labels.length !== pixels.length / SIZE || labels.length === 0) {
      throw new UserError(
        `cifar10: "${data.path}" has ${pixels.length / SIZE} images and "${given.path}" ${labels.length} labels. Each image needs one.`,
      );
    }
    return { labels, pixels };
  };
  const train = await images("train");
  const test = await images("test");
  if (train.pixels instanceof Uint8Array !== test.pixels instanceof Uint8Array) {
    throw new UserError(`cifar10: of train_data and test_data in "${folder}" one has bytes and one floats. Save both alike.`);
  }
  return { train, test, labels: CLASSES, files };
}

type Read = NpyArray & { readonly path: string };

/** Reorders the images to planes, as they are held in memory. */
function toPlanes({ path, shape, type, values: given }: Read): Images["pixels"] {
  const [, first, , last] = shape;
  const planes = first === 3;
  if (shape.length !== 4 || shape.slice(1).join() !== (planes ? [3, SIDE, SIDE] : [SIDE, SIDE, 3]).join()) {
    throw new UserError(`cifar10: "${path}" is [${shape.join(", ")}]. Give [n, 3, 32, 32] or [n, 32, 32, 3].`);
  }
  if (/^.i/.test(type)) {
    throw new UserError(`cifar10: "${path}" has values of type ${type}. Save raw pixels as uint8, and preprocessed images as floats.`);
  }
  const values = given instanceof Uint8Array || given instanceof Float32Array ? given : Float32Array.from(given, Number);
  if (values instanceof Float32Array) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new UserError(`cifar10: image ${Math.floor(bad / SIZE)} of "${path}" has the value ${values[bad]}. Fix the array.`);
  }
  if (planes || last !== 3) return values;
  const moved = values instanceof Uint8Array ? new Uint8Array(values.length) : new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const place = Math.floor(at / 3) % PLANE;
    moved[Math.floor(at / SIZE) * SIZE + (at % 3) * PLANE + place] = values[at]!;
  }
  return moved;
}

function toLabels({ path, shape, values: given }: Read): Uint8Array {
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new UserError(`cifar10: "${path}" is [${shape.join(", ")}]. Give one label an image, [n].`);
  }
  const values = Float64Array.from(given, Number);
  for (const [row, label] of values.entries()) {
    if (!Number.isInteger(label) || label < 0 || label >= CLASSES.length) {
      throw new UserError(`cifar10: label ${row} of "${path}" is ${label}, but labels are whole numbers from 0 to 9. Fix the array.`);
    }
  }
  return Uint8Array.from(values);
}
