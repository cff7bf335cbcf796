import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as tf from "../tensorflow.ts";
import { z } from "zod";
import type { WeightValues } from "../train/model-weights.ts";
import { stableNames } from "../train/stable-names.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { fileError } from "./file-error.ts";

const modelJson = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.string()]),
      weights: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal("float32") })),
    }),
  ]),
});

/**
 * `weights.bin` and `model.json` in TensorFlow.js's layers format, in the order in which to write them: a complete JSON file implies
 * complete weights.
 */
export function encodeModel(model: tf.LayersModel, weights: WeightValues): Record<"weights.bin" | "model.json", string | Uint8Array> {
  const bytes = Buffer.concat(
    [...weights.values()].map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
  const json = {
    format: "layers-model",
    generatedBy: "benn",
    convertedBy: null,
    modelTopology: topology(model),
    weightsManifest: [{ paths: ["weights.bin"], weights: [...weights].map(([name, { shape }]) => ({ name, shape, dtype: "float32" })) }],
  };
  return { "weights.bin": bytes, "model.json": `${JSON.stringify(json, null, 1)}\n` };
}

/** The topology with names that do not depend on what else the process has built. */
function topology(model: tf.LayersModel): unknown {
  let json = JSON.stringify(model.toJSON(undefined, false));
  for (const [name, stable] of stableNames(model)) json = json.replaceAll(JSON.stringify(name), JSON.stringify(stable));
  return JSON.parse(json);
}

/**
 * Reads the weights of a layers model as TensorFlow.js stores it.
 * @param sums expected SHA-256 of the two files by name, as far as they are known
 * @throws UserError if a file is missing, was changed or does not fit the other
 */
export async function readModelFiles(folder: string, sums: Readonly<Record<string, string>> = {}): Promise<WeightValues> {
  const path = join(folder, "model.json");
  const json = await readOrExplain(path);
  checkSum(folder, "model.json", json, sums);
  const bytes = await readOrExplain(join(folder, "weights.bin"));
  const parsed = modelJson.safeParse(parseJson(json));
  if (!parsed.success) throw new UserError(`${path}: is not a layers model with one file of float32 weights. Was it written by benn?`);
  const [{ weights }] = parsed.data.weightsManifest;
  const values = new Map<string, { shape: number[]; values: Float32Array }>();
  let offset = 0;
  for (const { name, shape } of weights) {
    const end = offset + shape.reduce((product, n) => product * n, 4);
    if (end > bytes.length)
      throw new UserError(
        `${join(folder, "weights.bin")}: has ${bytes.length} bytes, but model.json needs at least ${end}. The file is cut short.`,
      );
    values.set(name, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(offset, end)).buffer) });
    offset = end;
  }
  if (offset !== bytes.length)
    throw new UserError(
      `${join(folder, "weights.bin")}: has ${bytes.length} bytes, but model.json needs ${offset}. The two do not belong together.`,
    );
  checkSum(folder, "weights.bin", bytes, sums);
  return values;
}

async function readOrExplain(path: string): Promise<Buffer> {
  return await readFile(path).catch((error: unknown) => {
    throw fileError(path, "read", error, "Is its folder that of a trained member?");
  });
}

function checkSum(folder: string, name: string, bytes: Buffer, sums: Readonly<Record<string, string>>): void {
  const wanted = sums[name];
  if (wanted === undefined) return;
  const found = checksum(bytes);
  if (found === wanted) return;
  throw new UserError(
    `${folder}: ${name} has SHA-256 ${found}, not ${wanted} as when it was written. The file was changed; restore it or retrain.`,
  );
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
