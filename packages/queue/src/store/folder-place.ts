import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError, z } from "@benn/core";
import { fileError } from "@benn/core/internals";
import type { BlobPlace } from "./blob-store.ts";

const mark = z.object({ id: z.uuid() });

/**
 * A folder that every machine can access. A file in it, created by the first user, contains an id: machines that find another id do not see
 * the same folder, whatever its path.
 */
export async function folderPlace(folder: string): Promise<BlobPlace> {
  const pathOf = (sha256: string): string => join(folder, "blobs", sha256.slice(0, 2), sha256);
  try {
    await mkdir(join(folder, "blobs"), { recursive: true });
  } catch (error) {
    throw fileError(folder, "made", error);
  }
  return {
    id: await markOf(folder),
    title: `store ${folder}`,
    async write(sha256, bytes) {
      const path = pathOf(sha256);
      try {
        await mkdir(dirname(path), { recursive: true });
        const aside = `${path}.${randomUUID()}.part`;
        await writeWhole(aside, bytes);
        await rename(aside, path);
      } catch (error) {
        throw fileError(path, "written", error);
      }
    },
    async read(sha256, bytes) {
      const file = await open(pathOf(sha256), "r").catch(() => undefined);
      try {
        if (!file || (await file.stat()).size !== bytes) return undefined;
        return await file.readFile();
      } finally {
        await file?.close();
      }
    },
    remove: async (sha256) => await rm(pathOf(sha256), { force: true }),
  };
}

async function markOf(folder: string): Promise<string> {
  const path = join(folder, "benn-store.json");
  const aside = `${path}.${randomUUID()}.part`;
  try {
    await writeWhole(aside, Buffer.from(JSON.stringify({ id: randomUUID() })));
    await link(aside, path).catch(() => {}); // another process was first, or the disk has no links
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) await rename(aside, path);
    const found = mark.safeParse(JSON.parse(text ?? (await readFile(path, "utf8"))));
    if (found.success) return found.data.id;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileError(path, "written", error);
  } finally {
    await rm(aside, { force: true });
  }
  throw new UserError(`${path}: is not the mark of a store. Name an empty folder with --store, or the one that the other machines have.`);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
