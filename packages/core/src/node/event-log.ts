import { type FileHandle, open, stat } from "node:fs/promises";
import type { RunEvent } from "../events.ts";
import { upgradeEvent } from "./upgrade-event.ts";

/** The append-only `events.jsonl` of a run: one JSON event a line. */
export class EventLog {
  readonly #file: FileHandle;
  #size: number;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Opens or makes the file and cuts a last line that was torn by a crash. */
  static async open(path: string): Promise<EventLog> {
    const file = await open(path, "a+");
    const bytes = await file.readFile();
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < bytes.length) await file.truncate(whole);
    return new EventLog(file, whole);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  async append(event: RunEvent): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    await this.#file.appendFile(line);
    this.#size += line.length;
  }

  /** Drops what was written after `size`: a resumed run writes it again. */
  async cut(size: number): Promise<void> {
    if (size > this.#size) throw new RangeError(`event log of ${this.#size} bytes cannot be cut to ${size}`);
    await this.#file.truncate(size);
    this.#size = size;
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/**
 * The events of a log in order. With `follow` it waits for more until `signal` aborts or the run ends. A resumed run
 * cuts the log back to its checkpoint: what was read beyond it stays read, and reading goes on where the log grows on.
 */
export async function* readEvents(path: string, { follow, signal }: { follow: boolean; signal?: AbortSignal }): AsyncGenerator<RunEvent> {
  const file = await open(path, "r");
  try {
    let position = 0;
    let rest = Buffer.alloc(0);
    const chunk = Buffer.alloc(1 << 16);
    while (!signal?.aborted) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      if (bytesRead > 0) {
        position += bytesRead;
        rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
          const event = upgradeEvent(JSON.parse(rest.subarray(0, end).toString("utf8")) as RunEvent);
          rest = rest.subarray(end + 1);
          yield event;
          if (follow && event.type === "run-end") return;
        }
        continue;
      }
      if (!follow) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { size } = await stat(path);
      if (size < position) {
        position = size;
        rest = Buffer.alloc(0);
      }
    }
  } finally {
    await file.close();
  }
}
