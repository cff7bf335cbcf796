import { readFile, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { foreignFile } from "@benn/core/internals";
import type { Picture } from "@benn/packed";

/**
 * Decodes a picture file for the runtime: upright, as bytes. Transparency is kept; the runtime blends it with white, as for any caller.
 * @param picture path, or "-" for standard input
 * @throws Error whose message says why it cannot be read
 */
export async function decodePicture(picture: string): Promise<Picture> {
  const { default: sharp } = await import("sharp");
  const bytes = await bytesOf(picture);
  try {
    const { data, info } = await sharp(bytes).rotate().toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (cause) {
    const foreign = foreignFile(bytes);
    if (foreign) throw new Error(`it is ${foreign.what}`, { cause });
    throw new Error(cause instanceof Error ? cause.message.split("\n")[0] : String(cause), { cause });
  }
}

async function bytesOf(picture: string): Promise<Buffer> {
  if (picture === "-") return await buffer(process.stdin);
  const stats = await stat(picture);
  if (stats.isDirectory()) throw new Error("it is a folder; name the pictures in it");
  return await readFile(picture);
}
