import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Controlled, RunEvent } from "../events.ts";
import { parseEvent } from "./event-schema.ts";
import { disk, type FileSystem } from "./file-system.ts";

export type ControlEvent = Extract<RunEvent, Controlled>;

// Pauses are in a file of their own: events.jsonl is a function of the configuration, and the time of a pause is not.

function controlFile(folder: string): string {
  return join(folder, "control.jsonl");
}

/** Appends a pause or its end. If the disk refuses it, only a watcher misses the pause; the run is not affected. */
export async function appendControl(folder: string, event: ControlEvent, files: FileSystem = disk): Promise<void> {
  try {
    const file = await files.open(controlFile(folder), "a+");
    try {
      await file.appendFile(Buffer.from(`${JSON.stringify(event)}\n`));
    } finally {
      await file.close();
    }
  } catch {
    // reported above
  }
}

/** The pauses of a run and their ends, in order; empty if the run was never paused. Skips lines that are no such events. */
export async function readControls(folder: string): Promise<ControlEvent[]> {
  const path = controlFile(folder);
  if (!existsSync(path)) return [];
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const event = parseEvent(line);
    return typeof event === "object" && event.type === "control" ? [event] : [];
  });
}

/** Ends the pause in which a run was killed, now that it is resumed. */
export async function endPause(folder: string, files: FileSystem = disk): Promise<void> {
  if ((await readControls(folder)).at(-1)?.state !== "paused") return;
  await appendControl(folder, { type: "control", state: "running", clock: { at: Date.now() } }, files);
}

/** Interval between polls of the file while nothing else happens. */
const LOOK_MILLISECONDS = 300;

/** The events of a log, with pauses inserted where they happened. With `follow`, a pause is reported while the log does not grow. */
export async function* withControls(
  events: AsyncGenerator<RunEvent>,
  folder: string,
  { follow }: { readonly follow: boolean },
): AsyncGenerator<RunEvent> {
  let controls = await readControls(folder);
  let done = 0;
  const upTo = (at: number): ControlEvent[] => {
    const from = done;
    while (done < controls.length && controls[done]!.clock.at <= at) done += 1;
    return controls.slice(from, done);
  };
  try {
    for (;;) {
      const next = events.next();
      let result = follow ? await within(next, LOOK_MILLISECONDS) : await next;
      while (!result) {
        controls = await readControls(folder);
        yield* upTo(Infinity);
        result = await within(next, LOOK_MILLISECONDS);
      }
      if (result.done) break;
      yield* upTo(result.value.clock.at);
      yield result.value;
    }
    if (!follow) yield* upTo(Infinity);
  } finally {
    await events.return(undefined);
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, milliseconds, undefined)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
