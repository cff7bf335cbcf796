import { existsSync } from "node:fs";
import { join } from "node:path";
import type { WeightValues } from "../train/model-weights.ts";
import { readMemberFile } from "./member-file.ts";
import { readModelFiles } from "./model-files.ts";
import { startSums } from "./start-model.ts";

/**
 * Reads the weights of a trained model from its folder: a member of a run, what a run starts from, or a layers model from anywhere.
 * @throws UserError when a file is missing, or is not the one that the folder's record vouches for
 */
export async function readTrained(folder: string): Promise<WeightValues> {
  const sums = existsSync(join(folder, "member.json")) ? (await readMemberFile(folder)).files : await startSums(folder);
  return await readModelFiles(folder, sums);
}
