import { existsSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { encodeFileVersion, encodeScalars } from "./encode-event.ts";
import { encodeRecord } from "./encode-record.ts";
import type { Scalars } from "./scalars.ts";

/** TensorBoard searches for "tfevents". The name is constant: a resumed run continues the same file. */
const NAME = "events.out.tfevents.benn";

/**
 * The event files of a run, one in each folder. They overwrite what an interrupted run has left: as long as the resumed run emits the same
 * events, the bytes do not change, so that a running TensorBoard sees no difference. A run may come from elsewhere, so nothing is written
 * or removed through a link or outside the folder.
 */
export class EventFiles {
  readonly #folder: string;
  readonly #files = new Map<string, { handle: FileHandle; size: number }>();

  /** @param folder that holds a folder for each member and one for the ensemble */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param wallTime seconds since 1970
   * @throws UserError if a link is in the place of a file or folder
   */
  async append({ folder, step, values }: Scalars, wallTime: number): Promise<void> {
    const file = this.#files.get(folder) ?? (await this.#open(folder, wallTime));
    await write(file, encodeRecord(encodeScalars(wallTime, step, values)));
  }

  /** Removes everything that was not written by this object. */
  async cut(): Promise<void> {
    for (const { handle, size } of this.#files.values()) await handle.truncate(size);
    if (!existsSync(this.#folder)) return;
    await refuseLink(this.#folder);
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      const isLeft = entry.isDirectory() && !this.#files.has(entry.name);
      if (isLeft) await rm(join(this.#folder, entry.name, NAME), { force: true });
    }
  }

  async close(): Promise<void> {
    const open = [...this.#files.values()];
    this.#files.clear();
    for (const { handle } of open) await handle.close();
  }

  async #open(folder: string, wallTime: number): Promise<{ handle: FileHandle; size: number }> {
    if (!/^[\w-]+$/.test(folder))
      throw new UserError(`${this.#folder}: "${folder}" is no name of a folder. The run's events.jsonl was damaged.`);
    const path = join(this.#folder, folder, NAME);
    for (const part of [this.#folder, join(this.#folder, folder), path]) await refuseLink(part);
    await mkdir(join(this.#folder, folder), { recursive: true });
    const file = { handle: await open(path, existsSync(path) ? "r+" : "w"), size: 0 };
    this.#files.set(folder, file);
    await write(file, encodeRecord(encodeFileVersion(wallTime)));
    return file;
  }
}

async function refuseLink(path: string): Promise<void> {
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false, // not there yet
  );
  if (isLink) throw new UserError(`${path}: is a link, and event files are written inside the run alone. Remove the link.`);
}

async function write(file: { readonly handle: FileHandle; size: number }, bytes: Buffer): Promise<void> {
  await file.handle.write(bytes, 0, bytes.length, file.size);
  file.size += bytes.length;
}
