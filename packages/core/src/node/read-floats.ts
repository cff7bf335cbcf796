import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { UserError } from "../user-error.ts";
import { fileError } from "./file-error.ts";

export interface FloatsExpected {
  /** Expected number of floats, and its meaning: "100 rows × 10 classes". Absent: any number. */
  readonly count?: { readonly floats: number; readonly of: string } | undefined;
  readonly sha256?: string | undefined;
}

/**
 * Reads a file of float32 numbers in pieces: the logits of ImageNet's training set take 5 GB, and `readFile` is limited to 2 GB.
 * @throws UserError if the file is missing, has another length, was changed, or is truncated while it is read
 */
export async function readFloats(path: string, expected: FloatsExpected = {}, pieceBytes: number = 2 ** 30): Promise<Float32Array> {
  let values = new Float32Array(0);
  await walk(path, expected, (size, at) => {
    if (at === 0) values = new Float32Array(size / 4);
    return new Uint8Array(values.buffer, at, Math.min(pieceBytes, size - at));
  });
  return values;
}

/**
 * Reads and checks such a file without keeping its contents.
 * @throws UserError as `readFloats`
 */
export async function checkFloats(path: string, expected: FloatsExpected): Promise<void> {
  const piece = new Uint8Array(2 ** 20);
  await walk(path, expected, (size, at) => piece.subarray(0, size - at));
}

/** @param place returns a buffer of at least one byte for the contents from offset `at` on */
async function walk(path: string, { count, sha256 }: FloatsExpected, place: (size: number, at: number) => Uint8Array): Promise<void> {
  const mend = 'Restore it from a copy, or recompute it from the weights with "benn fsck --mend".';
  const file = await open(path, "r").catch((error: unknown) => {
    throw fileError(path, "read", error, mend);
  });
  try {
    const { size } = await file.stat();
    if (count && size !== 4 * count.floats)
      throw new UserError(`${path}: has ${size} bytes, but ${count.of} take ${4 * count.floats}. ${mend}`);
    if (size % 4 !== 0) throw new UserError(`${path}: has ${size} bytes, which is no whole number of floats. ${mend}`);
    const hash = createHash("sha256");
    for (let at = 0; at < size;) {
      const bytes = place(size, at);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) throw new UserError(`${path}: was cut to ${at} bytes while it was read. Does another program write it?`);
      if (sha256 !== undefined) hash.update(bytes.subarray(0, bytesRead));
      at += bytesRead;
    }
    const found = sha256 === undefined ? undefined : hash.digest("hex");
    if (found !== sha256) throw new UserError(`${path}: has SHA-256 ${found}, not ${sha256} as when it was written. ${mend}`);
  } catch (error) {
    throw fileError(path, "read", error, mend);
  } finally {
    await file.close();
  }
}
