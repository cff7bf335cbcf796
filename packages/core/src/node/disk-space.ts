import { statfs } from "node:fs/promises";
import type { LoadedDataset } from "../dataset.ts";
import { bytes } from "../quantities.ts";
import type { ResolvedConfig } from "../train/resolve-config.ts";
import { UserError } from "../user-error.ts";
import { existingPart } from "./existing-part.ts";

/**
 * Checks that the disk has room for a run, which stores each member's weights, logits and sample weights, and a checkpoint of four times
 * the weights.
 * @param trained number of members that exist already
 * @throws UserError if the disk that holds or will hold the folder has too little room
 */
export async function checkDiskSpace(
  folder: string,
  { members }: Pick<ResolvedConfig, "members">,
  data: LoadedDataset,
  { weightBytes, trained }: { readonly weightBytes: number; readonly trained: number },
): Promise<void> {
  const rows = data.train.labels.length + (data.validation?.labels.length ?? 0) + data.test.labels.length;
  const perMember = rows * data.labels.length * 4 + data.train.labels.length * 8 + weightBytes;
  const needed = perMember * (members.length - trained) + 8 * weightBytes; // a new checkpoint is written before the old one is removed
  const free = await freeBytes(existingPart(folder));
  if (free !== undefined && free < needed) {
    throw new UserError(
      `${folder}: the run needs about ${bytes(needed)}, the disk has ${bytes(free)} free. Free some, or choose another place with --out.`,
    );
  }
}

/** Undefined if the system does not report it, as for some network disks. */
async function freeBytes(path: string): Promise<number | undefined> {
  const disk = await statfs(path).catch(() => undefined);
  return disk && disk.blocks > 0 ? disk.bavail * disk.bsize : undefined;
}
