import { open, rename } from "node:fs/promises";

/** Writes a file beside its place, flushes it and renames it into place: a reader sees the old bytes or the new ones, never half. */
export async function writeAside(path: string, contents: string | Uint8Array): Promise<void> {
  const aside = `${path}.part`;
  const file = await open(aside, "w");
  try {
    await file.writeFile(contents);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}
