import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UserError } from "@benn/core";

/** @throws UserError if the file cannot be read or has 2 GiB or more, which no checkpoint of a binary network has */
export async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code = "unknown reason" } = cause as NodeJS.ErrnoException;
    const why = code === "ERR_FS_FILE_TOO_LARGE" ? "it is larger than 2 GiB" : code;
    throw new UserError(`${path}: cannot be read (${why}). Give a checkpoint that torch.save wrote.`, { cause });
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
