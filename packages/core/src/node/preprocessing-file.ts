import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { LoadedDataset } from "../dataset.ts";
import { lowerPreprocessing, type Preprocessing, type PreprocessingOperation } from "../preprocessing.ts";
import type { Safetensors, SafetensorsEntry } from "../safetensors.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { fileError } from "./file-error.ts";
import { disk, type FileSystem } from "./file-system.ts";
import { readSealed, writeSealed } from "./sealed-safetensors.ts";
import { writeAside } from "./write-aside.ts";

/**
 * Keeps with the run what its images were preprocessed with, so that new ones can be. Nothing for a dataset that does nothing.
 *
 * The file `preprocessing.safetensors` has two strings of JSON as metadata: `preprocessing`, the operations in order, and
 * the dataset's `provenance`. An operation stands there with its fields; for an array stands the name of its tensor, F32
 * [values]: `mean` and `deviation` of `standardize`, `zcaMean` and `zcaMatrix` of `whiten`, with the operation's position
 * behind a dot where the name is taken. The same operations and provenance give the same bytes.
 */
export async function writePreprocessing(
  folder: string,
  { preprocessing, provenance }: Pick<LoadedDataset, "preprocessing" | "provenance">,
  files: FileSystem = disk,
): Promise<void> {
  const { operations, tensors } = encode(preprocessing);
  const path = join(folder, "preprocessing.safetensors");
  if (operations.length === 0) return await files.remove(path); // a run of that name may have been killed behind it
  const metadata = { preprocessing: JSON.stringify(operations), provenance: JSON.stringify(provenance) };
  await writeAside(path, writeSealed({ metadata, tensors }), files);
}

/** SHA-256 of the operations and their arrays; undefined for none. */
export function preprocessingSum(preprocessing: Preprocessing): string | undefined {
  const { operations, tensors } = encode(preprocessing);
  return operations.length === 0 ? undefined : sumOf(JSON.stringify(operations), tensors);
}

function sumOf(operations: string, tensors: Safetensors["tensors"]): string {
  return checksum(operations, ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}

function encode(preprocessing: Preprocessing): { operations: Readonly<Record<string, unknown>>[]; tensors: Safetensors["tensors"] } {
  const tensors = new Map<string, SafetensorsEntry>();
  const operations = lowerPreprocessing(preprocessing).map((operation, position) =>
    described(operation, (name, data) => {
      const own = tensors.has(name) ? `${name}.${position}` : name;
      tensors.set(own, { dtype: "F32", shape: [data.length], data });
      return own;
    }),
  );
  return { operations, tensors };
}

/** Plain JSON of an operation, its arrays kept by `tensor`, which returns their names. */
function described(
  operation: PreprocessingOperation,
  tensor: (name: string, data: Float32Array) => string,
): Readonly<Record<string, unknown>> {
  switch (operation.operation) {
    case "standardize":
      return { ...operation, mean: tensor("mean", operation.mean), deviation: tensor("deviation", operation.deviation) };
    case "whiten":
      return { ...operation, mean: tensor("zcaMean", operation.mean), matrix: tensor("zcaMatrix", operation.matrix) };
    case "resize":
    case "resizeShorterSide":
    case "centerCrop":
    case "reverseChannels":
    case "contrastNormalize":
    case "custom":
      return operation;
    default:
      return operation satisfies never;
  }
}

const side = z.int().min(1);
const size = z.tuple([side, side]);
const operationJson = z.discriminatedUnion("operation", [
  z.object({ operation: z.literal("resize"), size }),
  z.object({ operation: z.literal("resizeShorterSide"), side }),
  z.object({ operation: z.literal("centerCrop"), size }),
  z.object({ operation: z.literal("reverseChannels") }),
  z.object({ operation: z.literal("standardize"), mean: z.string(), deviation: z.string() }),
  z.object({ operation: z.literal("contrastNormalize"), scale: z.number() }),
  z.object({ operation: z.literal("whiten"), mean: z.string(), matrix: z.string() }),
  z.object({ operation: z.literal("custom"), name: z.string() }),
]);

/**
 * What a run's images were preprocessed with.
 * @param sum that it must have, as experiment.json holds it; undefined where there was nothing to keep
 * @throws UserError when the file is missing or damaged
 */
export async function readPreprocessing(folder: string, sum: string | undefined): Promise<Preprocessing> {
  if (sum === undefined) return [];
  const path = join(folder, "preprocessing.safetensors");
  const mend = `Restore it from a copy, or make it again from the data with "benn fsck ${folder} --mend".`;
  const { metadata, tensors } = await readTensors(path, mend);
  const text = metadata["preprocessing"] ?? "";
  if (sumOf(text, tensors) !== sum) throw new UserError(`${path}: is not what experiment.json vouches for. ${mend}`);
  const parsed = z.array(operationJson).safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new UserError(`${path}: has operations that this version of benn does not know. Use the version that the run was made with.`);
  const array = (name: string): Float32Array => tensors.get(name)?.data as Float32Array;
  return parsed.data.map((operation): PreprocessingOperation => {
    if (operation.operation === "standardize") return { ...operation, mean: array(operation.mean), deviation: array(operation.deviation) };
    if (operation.operation === "whiten") return { ...operation, mean: array(operation.mean), matrix: array(operation.matrix) };
    return operation;
  });
}

async function readTensors(path: string, remedy: string): Promise<Safetensors> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, "read", error, remedy);
  });
  return readSealed(bytes, path);
}

/**
 * The name of an array that a run of an older version was preprocessed with and that is another one now. Such a run keeps its arrays without
 * the operations, if at all.
 * @throws UserError when the file is damaged
 */
export async function otherOlderArray(folder: string, preprocessing: Preprocessing): Promise<string | undefined> {
  const path = join(folder, "preprocessing.safetensors");
  if (!existsSync(path)) return undefined;
  const saved = (await readTensors(path, "Restore it from a copy.")).tensors;
  const sum = (tensor: SafetensorsEntry): string => sumOf("", new Map([["", tensor]]));
  const [other] = [...encode(preprocessing).tensors].find(([name, tensor]) => {
    const was = saved.get(name);
    return was !== undefined && sum(was) !== sum(tensor);
  }) ?? [undefined];
  return other;
}
