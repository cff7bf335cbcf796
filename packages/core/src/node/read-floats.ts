import { open } from "node:fs/promises";
import { UserError } from "../user-error.ts";

/**
 * Reads a file of float32 numbers, piece by piece: the logits of ImageNet's training set are 5 GB, and `readFile` ends at 2.
 * @throws UserError when the file is no whole number of floats, and when it is cut while it is read
 */
export async function readFloats(path: string, pieceBytes: number = 2 ** 30): Promise<Float32Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size % 4 !== 0)
      throw new UserError(`${path}: has ${size} bytes, which is no whole number of floats. The file was cut or edited; restore it.`);
    const values = new Float32Array(size / 4);
    const bytes = new Uint8Array(values.buffer);
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(pieceBytes, size - at), at);
      if (bytesRead === 0) throw new UserError(`${path}: was cut to ${at} bytes while it was read. Does another program write it?`);
      at += bytesRead;
    }
    return values;
  } finally {
    await file.close();
  }
}
