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

// The model that the first sequential member starts from: trained for it (pretrainEpochs) or given (init).

const startJson = z.object({ files: z.object({ "weights.bin": z.string(), "model.json": z.string() }) });

/** @param write writes a file of the run */
export async function writeStart(
  run: string,
  contents: Readonly<Record<string, string | Uint8Array>>,
  write: (path: string, content: string | Uint8Array) => Promise<void>,
): Promise<void> {
  for (const [name, content] of Object.entries(contents)) await write(join(run, "start", name), content);
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, checksum(content)]));
  await write(join(run, "start", "start.json"), `${JSON.stringify({ files }, null, 2)}\n`);
}

/** @throws UserError when a file is missing or was changed */
export async function readStart(run: string): Promise<WeightValues> {
  return await readModelFiles(join(run, "start"), await startSums(run));
}

/** SHA-256 of the files; nothing in runs of older versions. */
export async function startSums(run: string): Promise<Readonly<Record<string, string>>> {
  const path = join(run, "start", "start.json");
  if (!existsSync(path) && (await readRunFacts(run)).format < 2) return {};
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileError(path, "read", error, "Restore the folder start from a copy, or train anew.");
  });
  try {
    return startJson.parse(JSON.parse(text)).files;
  } catch (cause) {
    throw new UserError(
      `${path}: holds no SHA-256 of weights.bin and model.json. The file was damaged; restore it from a copy, or train anew.`,
      {
        cause,
      },
    );
  }
}
