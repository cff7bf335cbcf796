import { join } from "node:path";

// Where things lie in a run folder (docs/run-format.md).

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

/** A checkpoint that is kept, to take the run up from when it is verified. */
export function verifyPointFile(run: string): string {
  return join(run, "verify", "checkpoint.safetensors");
}

export function aheadFile(run: string, member: number): string {
  return join(run, "checkpoint", `ahead-${threeDigits(member)}.safetensors`);
}

/** The member that a file of `checkpoint/` is of, by its name; undefined for one that is of no member ahead. */
export function memberAhead(name: string): number | undefined {
  const [, digits] = /^ahead-(\d+)\.safetensors$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function threeDigits(n: number): string {
  return String(n).padStart(3, "0");
}
