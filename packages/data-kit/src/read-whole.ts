import { open, readFile } from "node:fs/promises";
import { UserError } from "@benn/core";

/** Reads a whole file. @param who with which messages begin @throws UserError if it cannot be read */
export async function readWhole(path: string, who: string): Promise<Uint8Array> {
  return await orSentence(path, who, () => readFile(path));
}

/** Reads the first 512 bytes of a file, or fewer. @throws UserError if it cannot be read */
export async function readFirst(path: string, who: string): Promise<Uint8Array> {
  return await orSentence(path, who, async () => {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({ buffer: new Uint8Array(512) });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function orSentence<T>(path: string, who: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    const why = code === "EISDIR" ? "it is a folder" : code === "ERR_FS_FILE_TOO_LARGE" ? "it is larger than 2 GiB" : code;
    throw new UserError(`${who}: "${path}" cannot be read: ${why}. Check the file and its permissions.`, { cause });
  }
}
