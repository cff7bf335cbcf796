import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { WeightValues } from "../train/model-weights.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { fileError } from "./file-error.ts";
import { readModelFiles } from "./model-files.ts";
import { readRunFacts } from "./run-facts.ts";

// The model that the first sequential member starts from: pretrained (pretrainEpochs) or given (init).

const startJson = z.object({ files: z.object({ "weights.bin": z.string(), "model.json": z.string() }) });

export function startFolder(run: string): string {
  return join(run, "start");
}

/** @param write writes a file of the run */
export async function writeStart(
  run: string,
  contents: Readonly<Record<string, string | Uint8Array>>,
  write: (path: string, content: string | Uint8Array) => Promise<void>,
): Promise<void> {
  for (const [name, content] of Object.entries(contents)) await write(join(startFolder(run), name), content);
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, checksum(content)]));
  await write(join(startFolder(run), "start.json"), `${JSON.stringify({ files }, null, 2)}\n`);
}

/** @throws UserError if a file is missing or was changed */
export async function readStart(run: string): Promise<WeightValues> {
  const folder = startFolder(run);
  const sums = await startSums(folder);
  if ((await readRunFacts(run)).format >= 2 && Object.keys(sums).length === 0) {
    throw new UserError(`${folder}: has no start.json. Restore the folder from a copy, or retrain.`);
  }
  return await readModelFiles(folder, sums);
}

/** SHA-256 of the files of such a model; none for a folder of an older version. */
export async function startSums(folder: string): Promise<Readonly<Record<string, string>>> {
  const path = join(folder, "start.json");
  if (!existsSync(path)) return {};
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(path, "read", error);
  });
  try {
    return startJson.parse(JSON.parse(text)).files;
  } catch (cause) {
    throw new UserError(
      `${path}: holds no SHA-256 of weights.bin and model.json. The file was damaged; restore it from a copy, or retrain.`,
      { cause },
    );
  }
}
