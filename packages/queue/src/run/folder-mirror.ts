import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError } from "@benn/core/internals";
import type { BlobStore } from "../store/blob-store.ts";
import { readBlobFile, type Snapshot, stampsOf } from "./run-snapshot.ts";

/** Grows where it is, so that whoever reads it goes on reading. */
const LOG = "events.jsonl";

/** Keeps a folder of this machine as the newest snapshot of a run is: what `benn watch` and every other command read. */
export class FolderMirror {
  readonly #folder: string;
  readonly #store: BlobStore;
  /** SHA-256s of the blobs whose files were written. */
  readonly #written = new Map<string, string>();

  constructor(folder: string, store: BlobStore) {
    this.#folder = folder;
    this.#store = store;
  }

  /**
   * @throws BlobError when one of its blobs is missing or damaged
   * @throws UserError when the system refuses
   */
  async take({ job, files }: Snapshot): Promise<void> {
    // All of them before the first is written: a snapshot that is gone leaves the folder as it was.
    const changed = new Map<string, Uint8Array>();
    for (const { path, blob } of files)
      if (this.#written.get(path) !== blob.sha256) changed.set(path, await readBlobFile(this.#store, blob, { job, path }));
    try {
      await mkdir(this.#folder, { recursive: true });
      // The checkpoint vouches for the log up to its size, so it comes behind it.
      for (const [path, bytes] of [...changed].toSorted(([a], [b]) => Number(isCheckpoint(a)) - Number(isCheckpoint(b))))
        await (path === LOG ? this.#writeLog(bytes) : this.#write(path, bytes));
      // Checkpoints of members come and go; nothing else does, and what people add to the folder is theirs.
      const wanted = new Set(files.map(({ path }) => path));
      for (const path of (await stampsOf(this.#folder)).keys())
        if (isCheckpoint(path) && !wanted.has(path)) await rm(join(this.#folder, path), { force: true });
    } catch (error) {
      throw fileError(this.#folder, "written", error);
    }
    for (const { path, blob } of files) this.#written.set(path, blob.sha256);
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#folder, path);
    await mkdir(dirname(file), { recursive: true });
    const aside = `${file}.${randomUUID()}.part`;
    await writeFile(aside, bytes);
    await rename(aside, file);
  }

  async #writeLog(bytes: Uint8Array): Promise<void> {
    const file = join(this.#folder, LOG);
    const there = await readFile(file).catch(() => Buffer.alloc(0));
    const isLonger = there.length <= bytes.length && there.equals(bytes.subarray(0, there.length));
    if (!isLonger) await truncate(file, 0);
    await appendFile(file, isLonger ? bytes.subarray(there.length) : bytes);
  }
}

function isCheckpoint(path: string): boolean {
  return path.startsWith("checkpoint/");
}
