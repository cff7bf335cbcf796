import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { z } from "@benn/core";
import { readSafetensors, writeSafetensors } from "@benn/core/internals";
import { SAFE_NAME } from "../names.ts";
import { BlobError, type BlobRef, blobRef, type BlobStore } from "../store/blob-store.ts";

// The folder of a run in a store: a blob for each file, and one that lists them. Each says of which job and which file it is, so that no other
// job has the same blob, and whoever is done with a job may remove its own.

/** A file's place below the run's folder: names between slashes, none of which leads out of it. */
const path = z
  .string()
  .max(300)
  .refine((text) => text.split("/").every((part) => SAFE_NAME.test(part) && part !== "." && part !== ".."), "is no path below a folder");

const snapshotJson = z.strictObject({ job: z.string(), files: z.array(z.strictObject({ path, blob: blobRef })).max(100_000) });
export type Snapshot = z.output<typeof snapshotJson>;

/** Of the process that writes the folder: whose it is where the run goes on. */
const OWN = /^lock\.json|\.part$/;

/** Of every file below a folder: time and size among others. A file with the same stamp has not been written. */
export type Stamps = ReadonlyMap<string, string>;

/** What is read of a folder while nothing writes it. */
export interface FolderContents {
  readonly stamps: Stamps;
  /** Files that have changed since the last reading. */
  readonly changed: ReadonlyMap<string, Uint8Array>;
}

export async function stampsOf(folder: string): Promise<Stamps> {
  const stamps = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || OWN.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const name = relative(folder, file).split(sep).join("/");
    if (!path.safeParse(name).success) continue; // no file of a run is called so
    const { mtimeMs, size, ino } = await stat(file);
    stamps.set(name, `${ino} ${size} ${mtimeMs}`);
  }
  return stamps;
}

/** @param before stamps of the last reading */
export async function readFolder(folder: string, before: Stamps): Promise<FolderContents> {
  const stamps = await stampsOf(folder);
  const changed = new Map<string, Uint8Array>();
  for (const [name, stamp] of stamps) if (before.get(name) !== stamp) changed.set(name, await readFile(join(folder, name)));
  return { stamps, changed };
}

/** Puts what has changed into the store. @returns the snapshot, and its own blob */
export async function putSnapshot(
  { stamps, changed }: FolderContents,
  before: Snapshot | undefined,
  { job, store }: { readonly job: string; readonly store: BlobStore },
): Promise<{ readonly snapshot: Snapshot; readonly blob: BlobRef }> {
  const known = new Map(before?.files.map(({ path: name, blob }) => [name, blob]));
  const files: Snapshot["files"] = [];
  for (const name of [...stamps.keys()].toSorted()) {
    const bytes = changed.get(name);
    const blob = bytes ? await store.put(sealed(bytes, { job, path: name })) : known.get(name);
    if (!blob) throw new Error(`${name}: is not in the snapshot before, but was not read either`);
    files.push({ path: name, blob });
  }
  const snapshot = { job, files };
  return { snapshot, blob: await store.put(sealed(Buffer.from(JSON.stringify(snapshot)), { job, path: "" })) };
}

/** @throws BlobError when it is missing or damaged, or another job's */
export async function getSnapshot(store: BlobStore, ref: BlobRef, job: string): Promise<Snapshot> {
  const bytes = await readBlobFile(store, ref, { job, path: "" });
  const parsed = snapshotJson.safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
  if (parsed.success && parsed.data.job === job) return parsed.data;
  throw new BlobError(`snapshot ${ref.sha256}: is not the list of a run's files. It was written by something else than benn.`);
}

/** Writes the files of a snapshot into a folder that has none of them. @throws BlobError when one is missing or damaged */
export async function restoreSnapshot(store: BlobStore, { job, files }: Snapshot, folder: string): Promise<void> {
  for (const { path: name, blob } of files) {
    const bytes = await readBlobFile(store, blob, { job, path: name });
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}

/** Removes the blobs of a snapshot but for those that another one still names. */
export async function removeSnapshot(store: BlobStore, old: Snapshot, kept?: Snapshot): Promise<void> {
  const stay = new Set(kept?.files.map(({ blob }) => blob.sha256));
  for (const { blob } of old.files) if (!stay.has(blob.sha256)) await store.remove(blob);
}

/** @throws BlobError when it is missing or damaged, or another file's */
export async function readBlobFile(store: BlobStore, blob: BlobRef, seal: Seal): Promise<Uint8Array> {
  return unsealed(await store.get(blob), seal);
}

interface Seal {
  readonly job: string;
  /** Of the file; empty for the list. */
  readonly path: string;
}

function sealed(bytes: Uint8Array, seal: Seal): Uint8Array {
  return writeSafetensors({
    metadata: { ...seal },
    tensors: new Map([["file", { dtype: "U8", shape: [bytes.byteLength], data: new Uint8Array(bytes) }]]),
  });
}

function unsealed(blob: Uint8Array, { job, path: name }: Seal): Uint8Array {
  const { metadata, tensors } = readSafetensors(blob, `file ${name} of a run`);
  const data = tensors.get("file")?.data;
  if (data instanceof Uint8Array && metadata["job"] === job && metadata["path"] === name) return data;
  throw new BlobError(`file ${name} of a run: the blob holds another. It was written by something else than benn.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
