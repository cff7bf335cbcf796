import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@benn/core/internals";
import type { Zca } from "./fit-zca.ts";
import { SIZE } from "./images.ts";

/** Number of cached files: each has 38 MB, and each seed with its own validation split makes another. */
const KEPT = 8;

/**
 * The result of `fit`, read from `folder` if it was fitted on the same rows of the same files before. A cache that is damaged or cannot be
 * written costs only time.
 * @param files SHA-256 of the files that the images are from
 */
export async function keepZca(
  folder: string,
  { files, rows }: { readonly files: Readonly<Record<string, string>>; readonly rows: Int32Array },
  fit: () => Promise<Zca>,
): Promise<Zca> {
  const key = createHash("sha256")
    .update(JSON.stringify(["gcn-zca, first version", files]))
    .update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength))
    .digest("hex");
  const path = join(folder, `${key}.safetensors`);
  const found = await read(path).catch(() => undefined);
  if (found) return found;

  const zca = await fit();
  await write(folder, path, zca).catch(() => {});
  return zca;
}

async function read(path: string): Promise<Zca | undefined> {
  const { tensors, metadata } = readSafetensors(await readFile(path), path);
  const [mean, matrix] = [tensors.get("mean")?.data, tensors.get("matrix")?.data];
  const fits = mean instanceof Float32Array && matrix instanceof Float32Array && mean.length === SIZE && matrix.length === SIZE ** 2;
  return fits && metadata["sha256"] === digest({ mean, matrix }) ? { mean, matrix } : undefined;
}

function digest({ mean, matrix }: Zca): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of [mean, matrix]) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

async function write(folder: string, path: string, { mean, matrix }: Zca): Promise<void> {
  await mkdir(folder, { recursive: true });
  const bytes = writeSafetensors({
    metadata: { sha256: digest({ mean, matrix }) },
    tensors: new Map([
      ["mean", { dtype: "F32", shape: [SIZE], data: mean }],
      ["matrix", { dtype: "F32", shape: [SIZE, SIZE], data: matrix }],
    ]),
  });
  const aside = `${path}.${randomUUID()}`;
  try {
    await writeFile(aside, bytes, { flush: true });
    await rename(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
  const age = async (name: string) => ({ name, time: (await stat(join(folder, name))).mtimeMs });
  const all = await Promise.all((await readdir(folder)).filter((name) => name.endsWith(".safetensors")).map(age));
  const old = all.toSorted((a, b) => b.time - a.time).slice(KEPT);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}
