import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedDataset } from "../dataset.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";
import { fileError } from "./file-error.ts";
import { disk, type FileSystem } from "./file-system.ts";
import { readSealed, writeSealed } from "./sealed-safetensors.ts";
import { writeAside } from "./write-aside.ts";

type Arrays = LoadedDataset["preprocessing"];

/** Keeps with the run what its images were preprocessed with, so that new ones can be. Nothing for a dataset that does nothing. */
export async function writePreprocessing(
  folder: string,
  { preprocessing, provenance }: LoadedDataset,
  files: FileSystem = disk,
): Promise<void> {
  const arrays = Object.entries(preprocessing);
  const path = join(folder, "preprocessing.safetensors");
  if (arrays.length === 0) return await files.remove(path); // a run of that name may have been killed here
  const tensors = new Map(arrays.map(([name, data]) => [name, { dtype: "F32", shape: [data.length], data }] as const));
  await writeAside(path, writeSealed({ metadata: { provenance: JSON.stringify(provenance) }, tensors }), files);
}

/** SHA-256 of each array, by name. */
export function preprocessingSums(arrays: Arrays): Record<string, string> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      checksum(new Uint8Array(buffer, byteOffset, byteLength)),
    ]),
  );
}

/**
 * The arrays that a run's images were preprocessed with; none where the run keeps no file.
 * @param sums that the arrays must have; absent in older runs
 * @throws UserError when the file is damaged, or missing though there are sums
 */
export async function readPreprocessing(folder: string, sums: Readonly<Record<string, string>> | undefined): Promise<Arrays> {
  const path = join(folder, "preprocessing.safetensors");
  if (!existsSync(path) && Object.keys(sums ?? {}).length === 0) return {};
  const mend = `Restore it from a copy, or make it anew from the data with "benn fsck ${folder} --mend".`;
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, "read", error, mend);
  });
  const arrays = Object.fromEntries([...readSealed(bytes, path).tensors].map(([name, { data }]) => [name, data as Float32Array]));
  const found = preprocessingSums(arrays);
  const other = [...new Set([...Object.keys(sums ?? found), ...Object.keys(found)])].find((name) => sums && found[name] !== sums[name]);
  if (other !== undefined) throw new UserError(`${path}: its ${other} is not what experiment.json vouches for. ${mend}`);
  return arrays;
}
