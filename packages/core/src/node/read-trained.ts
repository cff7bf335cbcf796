import { existsSync } from "node:fs";
import { join } from "node:path";
import type { WeightValues } from "../train/model-weights.ts";
import { readMemberFile } from "./member-file.ts";
import { readModelFiles } from "./model-files.ts";
import { startSums } from "./start-model.ts";

/**
 * Reads the weights of a trained model from its folder: a member of a run, the initial model of a run, or any layers model.
 * @throws UserError if a file is missing, or does not match its checksum in the folder's record
 */
export async function readTrained(folder: string): Promise<WeightValues> {
  const sums = existsSync(join(folder, "member.json")) ? (await readMemberFile(folder)).files : await startSums(folder);
  return await readModelFiles(folder, sums);
}
