import { join } from "node:path";

// Members that are trained apart from their run are stored in a folder that need not be on the run's disk: DIR/003 for the fourth member.
// Its checkpoint has the format of one ahead of the run (`checkpoint/ahead-003` of a run folder), and is removed once the member is
// trained.

export function apartFolder(into: string, member: number): string {
  return join(into, String(member).padStart(3, "0"));
}

export function apartCheckpoint(into: string, member: number): string {
  return join(apartFolder(into, member), "checkpoint.safetensors");
}

export function trainedFile(into: string, member: number): string {
  return join(apartFolder(into, member), "member.safetensors");
}
