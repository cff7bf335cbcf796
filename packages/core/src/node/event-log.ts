import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { RunEvent } from "../events.ts";
import { eventJson } from "./event-json.ts";
import { parseEvent } from "./event-schema.ts";
import { fileError } from "./file-error.ts";
import { disk, type FileSystem, type OpenFile } from "./file-system.ts";
import { mayPass } from "./try-again.ts";
import { writeAside } from "./write-aside.ts";

/** Length and checksum of a log. */
export interface LogExtent {
  readonly bytes: number;
  readonly sha256: string;
}

/** The append-only `events.jsonl` of a run: one JSON event per line. */
export class EventLog {
  readonly #path: string;
  readonly #files: FileSystem;
  #file: OpenFile;
  /** Bytes of the file, and lines that could not be written yet. */
  #written: number;
  #waiting: Buffer[] = [];
  /** Hash of both. */
  #hash: Hash;
  #size: number;
  #warnings: string[] = [];
  #refused = false;

  private constructor(path: string, files: FileSystem, file: OpenFile, { size, hash }: Scan) {
    this.#path = path;
    this.#files = files;
    this.#file = file;
    this.#written = this.#size = size;
    this.#hash = hash;
  }

  /**
   * Opens or creates the file and removes an incomplete last line, left by a crash.
   * @throws UserError if the system refuses
   */
  static async open(path: string, files: FileSystem = disk): Promise<EventLog> {
    let file: OpenFile | undefined;
    try {
      file = await files.open(path, "a+");
      await files.syncFolder(dirname(path));
      const whole = await scan(file);
      if (whole.size < (await file.stat()).size) await file.truncate(whole.size);
      return new EventLog(path, files, file, whole);
    } catch (error) {
      await file?.close();
      throw fileError(path, "written", error);
    }
  }

  /** What was appended so far. */
  get extent(): LogExtent {
    return { bytes: this.#size, sha256: this.#hash.copy().digest("hex") };
  }

  /** Warnings since the last call, about errors that were repaired or will be retried. */
  takeWarnings(): string[] {
    return this.#warnings.splice(0);
  }

  /**
   * Appends a line. A line that the disk refuses is kept and written before the next one.
   * @throws UserError for a number that JSON cannot represent
   */
  async append(event: RunEvent): Promise<void> {
    const line = Buffer.from(`${eventJson(event)}\n`);
    this.#waiting.push(line);
    this.#hash.update(line);
    this.#size += line.length;
    try {
      await this.#write();
    } catch (error) {
      if (!mayPass(error)) throw fileError(this.#path, "written", error);
      if (!this.#refused)
        this.#warnings.push(`${(fileError(this.#path, "written", error) as Error).message} Its events are kept and written later.`);
      this.#refused = true;
    }
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    try {
      await this.#file.appendFile(bytes);
    } catch (error) {
      await this.#file.truncate(this.#written).catch(() => undefined); // part of a line may have been written; report the first error
      throw error;
    }
    this.#written += bytes.length;
    this.#waiting = [];
    this.#refused = false;
  }

  /** Drops everything after `bytes`: a resumed run writes it again. */
  async cut(bytes: number): Promise<void> {
    if (bytes > this.#size) throw new RangeError(`event log of ${this.#size} bytes cannot be cut to ${bytes}`);
    await this.#file.truncate(bytes);
    const kept = await scan(this.#file);
    this.#written = this.#size = kept.size;
    this.#hash = kept.hash;
  }

  /**
   * Flushes the file, and restores it if another program has moved or truncated it.
   * @throws UserError if the system refuses
   */
  async sync(): Promise<void> {
    try {
      await this.#write();
      await this.#mend();
      await this.#file.sync();
    } catch (error) {
      throw fileError(this.#path, "written", error);
    }
  }

  async #mend(): Promise<void> {
    const own = await this.#file.stat();
    const named = await stat(this.#path).catch(() => undefined);
    if (named?.ino !== own.ino || named.dev !== own.dev) {
      const lost = await bytesOf(this.#file, own.size);
      await writeAside(this.#path, lost, this.#files);
      const renewed = await this.#files.open(this.#path, "a+");
      await this.#file.close();
      this.#file = renewed;
      this.#warnings.push(`${this.#path}: was moved or deleted by another program while the run trains, and is written again.`);
    }
    if (own.size === this.#written) return;
    const left = await scan(this.#file);
    if (left.size < (await this.#file.stat()).size) await this.#file.truncate(left.size);
    this.#warnings.push(
      `${this.#path}: was changed by another program while the run trains, from ${this.#written} bytes to ${own.size}. ` +
        `The run continues with what is left; "benn fsck --mend" rebuilds a log from the members.`,
    );
    this.#written = this.#size = left.size;
    this.#hash = left.hash;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

interface Scan {
  /** Total bytes of complete lines. */
  readonly size: number;
  readonly hash: Hash;
}

const CHUNK = 1 << 20;

/** Reads the file up to the end of its last complete line. */
async function scan(file: OpenFile): Promise<Scan> {
  const chunk = Buffer.alloc(CHUNK);
  const hash = createHash("sha256");
  let whole = { size: 0, hash: hash.copy() };
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) return whole;
    const end = chunk.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    if (end > 0) {
      hash.update(chunk.subarray(0, end));
      whole = { size: at + end, hash: hash.copy() };
    }
    hash.update(chunk.subarray(end, bytesRead));
    at += bytesRead;
  }
}

async function bytesOf(file: OpenFile, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, size - at), at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

/** Longer than any event: a run of 10,000 members begins with an event of 3 MB. */
const LONGEST_LINE = 1 << 25;

export interface ReadOptions {
  readonly follow: boolean;
  readonly signal?: AbortSignal;
  /** Event types to read; others are skipped without parsing. Default: all. */
  readonly only?: readonly RunEvent["type"][] | undefined;
  /** Called for each damaged line. */
  onDamaged?(): void;
}

/**
 * The events of a log in order, without those of later versions and without damaged lines. With `follow`, waits for more until `signal`
 * aborts or the run ends. A resumed run truncates the log to its checkpoint: events already read beyond it are not withdrawn, and reading
 * continues where the log grows again.
 * @throws UserError if the file is missing or cannot be read
 */
export async function* readEvents(path: string, { follow, signal, only, onDamaged }: ReadOptions): AsyncGenerator<RunEvent> {
  for await (const { event } of readEntries(path, { follow, ...(signal ? { signal } : {}), ...(only ? { words: only } : {}) })) {
    if (event === "damaged") onDamaged?.();
    else if (event !== "later" && (only?.includes(event.type) ?? true)) {
      yield event;
      if (follow && event.type === "run-end") return;
    }
  }
}

/** The event that adds members to a run. */
const ADDED = "members-added";

export interface EntryOptions extends Pick<ReadOptions, "follow" | "signal"> {
  /** Number of members of the run, if known from elsewhere than the log's first event. */
  readonly members?: number | undefined;
  /** Lines without any of these words are skipped unparsed. */
  readonly words?: readonly string[];
}

/** The lines of a log, without line ends, each with its event. */
export async function* readEntries(
  path: string,
  { members = 0, words, ...options }: EntryOptions,
): AsyncGenerator<{ readonly line: string; readonly event: RunEvent | "later" | "damaged" }> {
  for await (const line of readLines(path, options)) {
    if (words && !line?.includes(ADDED) && !words.some((word) => line?.includes(word))) continue;
    const event = line === undefined ? "damaged" : parseEvent(line);
    const isEvent = typeof event !== "string";
    if (isEvent && event.type === "run-start") members = event.members.length;
    // Accepts an added member only directly after the last one: no number in the log may make tables grow.
    if (isEvent && event.type === ADDED && event.members[0]?.member === members) members += event.members.length;
    yield { line: line ?? "", event: isEvent && membersNeeded(event) > members ? "damaged" : event };
  }
}

/**
 * How many members a run must have for the event to belong to it. Without this bound, any number in the log could make a reader's tables
 * grow.
 */
function membersNeeded(event: RunEvent): number {
  if (event.type === ADDED) return event.members.length === 0 ? 0 : (event.members.at(-1)?.member ?? 0) + 1;
  if (event.type === "staged") return event.members;
  return "member" in event && event.member !== undefined ? event.member + 1 : 0;
}

/** @returns lines without line ends; undefined for a line that is too long */
async function* readLines(path: string, { follow, signal }: Pick<ReadOptions, "follow" | "signal">): AsyncGenerator<string | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    let position = 0;
    let pieces: Buffer[] = [];
    let length = 0;
    while (!signal?.aborted) {
      const chunk = Buffer.alloc(1 << 16);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      position += bytesRead;
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0 && end < bytesRead; end = chunk.indexOf(0x0a, start)) {
        pieces.push(chunk.subarray(start, end));
        yield length + end - start > LONGEST_LINE ? undefined : Buffer.concat(pieces).toString("utf8");
        pieces = [];
        length = 0;
        start = end + 1;
      }
      if (bytesRead > 0) {
        length += bytesRead - start;
        if (length <= LONGEST_LINE) pieces.push(chunk.subarray(start, bytesRead));
        continue;
      }
      if (!follow) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
      const now = await stat(path).catch(() => undefined);
      if (now && now.ino !== (await file.stat()).ino) {
        await file.close();
        file = undefined;
        file = await open(path, "r");
      }
      if (now && now.size < position) {
        position = now.size;
        pieces = [];
        length = 0;
      }
    }
  } catch (error) {
    throw fileError(path, "read", error, 'Copy it from where the run was trained, or rebuild it from the members with "benn fsck --mend".');
  } finally {
    await file?.close();
  }
}
