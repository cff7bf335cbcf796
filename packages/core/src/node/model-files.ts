import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { WeightValues } from "../train/model-weights.ts";
import { stableNames } from "../train/stable-names.ts";
import { UserError } from "../user-error.ts";
import { writeAside } from "./write-aside.ts";

const modelJson = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.string()]),
      weights: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal("float32") })),
    }),
  ]),
});

/** Writes `model.json` and `weights.bin`, TensorFlow.js's layers format; the JSON last, since it vouches for the other. */
export async function writeModelFiles(folder: string, model: tf.LayersModel, weights: WeightValues): Promise<void> {
  await mkdir(folder, { recursive: true });
  const bytes = Buffer.concat(
    [...weights.values()].map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
  await writeAside(join(folder, "weights.bin"), bytes);
  const json = {
    format: "layers-model",
    generatedBy: "benn",
    convertedBy: null,
    modelTopology: topology(model),
    weightsManifest: [{ paths: ["weights.bin"], weights: [...weights].map(([name, { shape }]) => ({ name, shape, dtype: "float32" })) }],
  };
  await writeAside(join(folder, "model.json"), `${JSON.stringify(json, null, 1)}\n`);
}

/** The topology with names that do not depend on what else the process has built. */
function topology(model: tf.LayersModel): unknown {
  let json = JSON.stringify(model.toJSON(undefined, false));
  for (const [name, stable] of stableNames(model)) json = json.replaceAll(JSON.stringify(name), JSON.stringify(stable));
  return JSON.parse(json);
}

/**
 * Reads the weights that `writeModelFiles` wrote.
 * @throws UserError when a file is missing or does not fit the other
 */
export async function readModelFiles(folder: string): Promise<WeightValues> {
  const path = join(folder, "model.json");
  const bytes = await readOrExplain(join(folder, "weights.bin"));
  const parsed = modelJson.safeParse(parseJson(await readOrExplain(path)));
  if (!parsed.success) throw new UserError(`${path}: is not a layers model with one file of float32 weights. Was it written by benn?`);
  const [{ weights }] = parsed.data.weightsManifest;
  const read = new Map<string, { shape: number[]; values: Float32Array }>();
  let offset = 0;
  for (const { name, shape } of weights) {
    const end = offset + shape.reduce((product, n) => product * n, 4);
    if (end > bytes.length)
      throw new UserError(
        `${join(folder, "weights.bin")}: has ${bytes.length} bytes, but model.json tells of at least ${end}. The file is cut short.`,
      );
    read.set(name, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(offset, end)).buffer) });
    offset = end;
  }
  if (offset !== bytes.length)
    throw new UserError(
      `${join(folder, "weights.bin")}: has ${bytes.length} bytes, but model.json tells of ${offset}. The two do not belong together.`,
    );
  return read;
}

async function readOrExplain(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UserError(
      `${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown reason"}). Is it a folder of a trained member?`,
      { cause },
    );
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
