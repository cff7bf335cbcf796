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
 * Stores with the run how its images were preprocessed, so that new images can be prepared alike. Writes nothing for a dataset without
 * preprocessing.
 *
 * The file `preprocessing.safetensors` has two JSON strings as metadata: `preprocessing`, the operations in order, and the dataset's
 * `provenance`. An operation is stored with its fields; an array is replaced by the name of its tensor, F32 [values]: `mean` and
 * `deviation` of `standardize`, `zcaMean` and `zcaMatrix` of `whiten`, followed by a dot and the operation's position if the name is taken.
 * The same operations and provenance give the same bytes.
 */
export async function writePreprocessing(
  folder: string,
  { preprocessing, provenance }: Pick<LoadedDataset, "preprocessing" | "provenance">,
  files: FileSystem = disk,
): Promise<void> {
  const { operations, tensors } = encode(preprocessing);
  const path = join(folder, "preprocessing.safetensors");
  if (operations.length === 0) return await files.remove(path); // a killed run of the same name may have left one
  const metadata = { preprocessing: JSON.stringify(operations), provenance: JSON.stringify(provenance) };
  await writeAside(path, writeSealed({ metadata, tensors }), files);
}

/** SHA-256 of the operations and their arrays; undefined if there are none. */
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

/** An operation as plain JSON; `tensor` stores its arrays and returns their names. */
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
 * The preprocessing of a run's images.
 * @param sum expected checksum, from experiment.json; undefined if there was nothing to store
 * @throws UserError if the file is missing or damaged
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
 * The name of an array of a run of an older version that differs now. Such a run stores its arrays without the operations, if at all.
 * @throws UserError if the file is damaged
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
