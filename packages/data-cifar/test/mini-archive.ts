import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@benn/data-kit/testing";
import * as tar from "tar";
import { writeBatches } from "./mini-batches.ts";

export interface MiniArchive {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** A real .tar.gz of the official form with a few images per file, and a readme like the official one. */
export async function miniArchive(): Promise<MiniArchive> {
  const folder = await temporaryFolder();
  const inner = join(folder, "cifar-10-batches-bin");
  await writeBatches(inner);
  await writeFile(join(inner, "readme.html"), "<html></html>");
  await writeFile(join(inner, "batches.meta.txt"), "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  return pack(folder, ["cifar-10-batches-bin"]);
}

/** A .tar.gz of these paths of a folder. */
export async function pack(folder: string, paths: string[], options: { readonly prefix?: string } = {}): Promise<MiniArchive> {
  const file = join(await temporaryFolder(), "archive.tar.gz");
  await tar.create({ file, cwd: folder, gzip: true, preservePaths: true, ...options }, paths);
  return digested(await readFile(file));
}

export function digested(bytes: Buffer): MiniArchive {
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
