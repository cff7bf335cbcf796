import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedDataset } from "../dataset.ts";
import { UserError } from "../user-error.ts";
import { fileError } from "./file-error.ts";
import { disk, type FileSystem } from "./file-system.ts";
import { readSealed, writeSealed } from "./sealed-safetensors.ts";
import { writeAside } from "./write-aside.ts";

// The classes of the held-out rows, on which voters that learn are fitted. With them and the stored logits, fitting needs no dataset.

export function validationLabelsFile(run: string): string {
  return join(run, "labels.safetensors");
}

/** Stores the labels with the run; nothing if no rows are held out. */
export async function writeValidationLabels(
  run: string,
  { validation }: Pick<LoadedDataset, "validation">,
  files: FileSystem = disk,
): Promise<void> {
  const path = validationLabelsFile(run);
  if (!validation) return await files.remove(path); // a killed run of the same name may have left one
  const { labels } = validation;
  const tensors = new Map([["validation", { dtype: "I32", shape: [labels.length], data: labels } as const]]);
  await writeAside(path, writeSealed({ metadata: {}, tensors }), files);
}

/**
 * @param rows number of held-out rows
 * @returns [rows]
 * @throws UserError if the file is missing or damaged
 */
export async function readValidationLabels(run: string, rows: number): Promise<Int32Array> {
  const path = validationLabelsFile(run);
  const mend = `Restore it from a copy, or make it again from the data with "benn fsck ${run} --mend".`;
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, "read", error, mend);
  });
  const { tensors, sealed } = readSealed(bytes, path);
  const labels = tensors.get("validation")?.data;
  if (!sealed || !(labels instanceof Int32Array) || labels.length !== rows) {
    throw new UserError(`${path}: does not hold the labels of ${rows} held-out rows. ${mend}`);
  }
  return labels;
}
