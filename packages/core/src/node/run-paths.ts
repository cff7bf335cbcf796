import { join } from "node:path";

// Paths in a run folder (docs/run-format.md).

/** Folders that every run has. */
export const RUN_FOLDERS = ["members", "weights", "checkpoint"] as const;

export function memberFolder(run: string, member: number): string {
  return join(run, "members", threeDigits(member));
}

export function sampleWeightsFile(run: string, member: number): string {
  return join(run, "weights", `${threeDigits(member)}.f64`);
}

export function checkpointFile(run: string): string {
  return join(run, "checkpoint", "latest.safetensors");
}

/** A stored checkpoint from which verification starts. */
export function verifyPointFile(run: string): string {
  return join(run, "verify", "checkpoint.safetensors");
}

export function aheadFile(run: string, member: number): string {
  return join(run, "checkpoint", `ahead-${threeDigits(member)}.safetensors`);
}

/** The member of a file in `checkpoint/`, by its name; undefined if the file does not belong to a member ahead. */
export function memberAhead(name: string): number | undefined {
  const [, digits] = /^ahead-(\d+)\.safetensors$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function threeDigits(n: number): string {
  return String(n).padStart(3, "0");
}
