import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Random } from "../random.ts";
import { disk, type FileSystem, type OpenFile } from "./file-system.ts";

/** The current contents of a file, and what of it is certain to survive a power cut. */
interface Content {
  readonly isFolder: boolean;
  synced: Buffer;
  /** Current path; undefined after the file has lost its name. */
  path: string | undefined;
}

/** Thrown by every operation after the cut. */
export class PowerCut extends Error {
  override readonly name: string = "PowerCut";
}

/**
 * A disk whose power is cut at a given operation, for tests. Unsynced changes may then be lost: contents of each file and names in each
 * folder independently, names within one folder in the order in which they were made.
 */
export class PowerCutFiles implements FileSystem {
  /** Operations so far. */
  done = 0;
  readonly #folder: string;
  readonly #cutAt: number;
  readonly #now = new Map<string, Content>();
  readonly #lasting = new Map<string, Content>();
  /** Unsynced changes of names, by folder. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /**
   * @param folder that contains everything written; its current contents count as synced
   * @param cutAt number of the first operation that is not carried out, from 1; Infinity for none
   */
  constructor(folder: string, cutAt: number) {
    this.#folder = folder;
    this.#cutAt = cutAt;
    if (!existsSync(folder)) return;
    this.#adopt(folder, true);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      this.#adopt(join(entry.parentPath, entry.name), entry.isDirectory());
    }
  }

  #adopt(path: string, isFolder: boolean): void {
    const content: Content = { isFolder, synced: isFolder ? Buffer.alloc(0) : readFileSync(path), path };
    this.#now.set(path, content);
    this.#lasting.set(path, content);
  }

  #count(): void {
    this.done += 1;
    if (this.done >= this.#cutAt) throw new PowerCut(`the power was cut at operation ${this.done}`);
  }

  #later(path: string, change: () => void): void {
    const folder = dirname(path);
    this.#waiting.set(folder, [...(this.#waiting.get(folder) ?? []), change]);
  }

  async open(path: string, flags: "w" | "a+"): Promise<OpenFile> {
    this.#count();
    const file = await disk.open(path, flags);
    const content = this.#now.get(path) ?? { isFolder: false, synced: Buffer.alloc(0), path };
    if (!this.#now.has(path)) {
      this.#now.set(path, content);
      this.#later(path, () => this.#lasting.set(path, content));
    }
    const counted =
      <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        this.#count();
        return await work(...args);
      };
    return {
      appendFile: counted((...args) => file.appendFile(...args)),
      writeFile: counted((...args) => file.writeFile(...args)),
      truncate: counted((length?: number) => file.truncate(length)),
      sync: counted(async () => {
        await file.sync();
        if (content.path !== undefined) content.synced = readFileSync(content.path);
      }),
      stat: file.stat.bind(file),
      read: file.read.bind(file),
      close: () => file.close(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#count();
    await disk.rename(from, to);
    const content = this.#now.get(from);
    if (!content) throw new Error(`${from} was not written here`);
    const replaced = this.#now.get(to);
    if (replaced) replaced.path = undefined;
    content.path = to;
    this.#now.delete(from);
    this.#now.set(to, content);
    this.#later(to, () => {
      this.#lasting.delete(from);
      this.#lasting.set(to, content);
    });
  }

  async mkdir(path: string): Promise<void> {
    this.#count();
    await disk.mkdir(path);
    if (this.#now.has(path)) return;
    const content: Content = { isFolder: true, synced: Buffer.alloc(0), path };
    this.#now.set(path, content);
    this.#later(path, () => this.#lasting.set(path, content));
  }

  async remove(path: string): Promise<void> {
    this.#count();
    await disk.remove(path);
    const content = this.#now.get(path);
    if (!content) return;
    content.path = undefined;
    this.#now.delete(path);
    this.#later(path, () => this.#lasting.delete(path));
  }

  async syncFolder(path: string): Promise<void> {
    this.#count();
    for (const change of this.#waiting.get(path) ?? []) change();
    this.#waiting.delete(path);
  }

  /**
   * Leaves on the disk what a power cut might leave.
   * @param random decides which unsynced changes survive
   */
  cut(random: Random): void {
    const current = new Map([...this.#now].map(([path, { isFolder }]) => [path, isFolder ? undefined : readFileSync(path)]));
    for (const changes of this.#waiting.values()) for (const change of changes.slice(0, random.integer(changes.length + 1))) change();
    rmSync(this.#folder, { recursive: true, force: true });
    const there = new Set<string>();
    for (const [path, content] of [...this.#lasting].toSorted(([a], [b]) => a.split(sep).length - b.split(sep).length)) {
      if (path !== this.#folder && !there.has(dirname(path))) continue; // in a folder that did not survive
      there.add(path);
      if (content.isFolder) mkdirSync(path);
      else writeFileSync(path, lastingBytes(content.synced, content.path === undefined ? undefined : current.get(content.path), random));
    }
  }
}

/** All, nothing or the beginning of what was written since the file was synced. */
function lastingBytes(synced: Buffer, now: Buffer | undefined, random: Random): Buffer {
  if (!now || now.length <= synced.length || !now.subarray(0, synced.length).equals(synced))
    return now && random.integer(2) === 0 ? now : synced;
  return now.subarray(0, synced.length + random.integer(now.length - synced.length + 1));
}
