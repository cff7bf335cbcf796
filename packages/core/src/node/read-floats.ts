import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { UserError } from "../user-error.ts";
import { fileError } from "./file-error.ts";

export interface FloatsExpected {
  /** How many, and what of: "100 rows × 10 classes". Absent: any number. */
  readonly count?: { readonly floats: number; readonly of: string } | undefined;
  readonly sha256?: string | undefined;
}

/**
 * Reads a file of float32 numbers, piece by piece: the logits of ImageNet's training set are 5 GB, and `readFile` ends at 2.
 * @throws UserError when the file is missing, has another length, was changed, or is cut while it is read
 */
export async function readFloats(
  path: string,
  { count, sha256 }: FloatsExpected = {},
  pieceBytes: number = 2 ** 30,
): Promise<Float32Array> {
  const mend = 'Restore it from a copy, or compute it again from the weights with "benn fsck --mend".';
  const file = await open(path, "r").catch((error: unknown) => {
    throw fileError(path, "read", error, mend);
  });
  try {
    const { size } = await file.stat();
    if (count && size !== 4 * count.floats)
      throw new UserError(`${path}: has ${size} bytes, but ${count.of} take ${4 * count.floats}. ${mend}`);
    if (size % 4 !== 0) throw new UserError(`${path}: has ${size} bytes, which is no whole number of floats. ${mend}`);
    const values = new Float32Array(size / 4);
    const bytes = new Uint8Array(values.buffer);
    const hash = createHash("sha256");
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(pieceBytes, size - at), at);
      if (bytesRead === 0) throw new UserError(`${path}: was cut to ${at} bytes while it was read. Does another program write it?`);
      if (sha256 !== undefined) hash.update(bytes.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    const found = sha256 === undefined ? undefined : hash.digest("hex");
    if (found !== sha256) throw new UserError(`${path}: has SHA-256 ${found}, not ${sha256} as when it was written. ${mend}`);
    return values;
  } catch (error) {
    throw fileError(path, "read", error, mend);
  } finally {
    await file.close();
  }
}
