// Reads and decodes pictures in a thread of its own. Reading is synchronous: a thread has nothing else to do, and the pool
// that Node reads with is the one the picture library works in.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { Place } from "../sources/pictures.ts";
import type { BrokenPicture, DecodeJob, DecodeReport, ThreadData } from "./decode-job.ts";
import { decodePicture } from "./decode-picture.ts";
import { DRAWS } from "./recipe.ts";
import { valueWriter } from "./write-values.ts";

const { thread, recipe } = workerData as ThreadData;
const write = valueWriter(recipe);
const size = 3 * recipe.size ** 2;

/** What the picture library says when its own decoders say nothing. */
const UNSAID = "Unknown error";

/** Shards and databases are opened once; a few stay open. */
const MOST_OPEN = 16;
const open = new Map<string, number>();

function bytesAt({ path, offset, length }: Place): Uint8Array {
  if (length < 0) return readFileSync(path);
  const file = open.get(path) ?? openSync(path, "r");
  open.delete(path);
  open.set(path, file); // the newest last
  if (open.size > MOST_OPEN) {
    const [oldest = "", unused = -1] = open.entries().next().value ?? [];
    open.delete(oldest);
    closeSync(unused);
  }
  const bytes = Buffer.alloc(length);
  for (let have = 0; have < length;) {
    const got = readSync(file, bytes, have, length - have, offset + have);
    if (got === 0) throw new Error(`the file ends after ${have} of its ${length} bytes`);
    have += got;
  }
  return bytes;
}

async function work({ id, places, draws, pixels, progress }: DecodeJob): Promise<void> {
  const counters = new Int32Array(progress);
  const into = new Float32Array(pixels);
  const broken: BrokenPicture[] = [];
  for (;;) {
    const row = Atomics.add(counters, 0, 1);
    const place = places[row];
    if (!place) break;
    Atomics.store(counters, 1 + thread, row + 1);
    try {
      const own = draws?.subarray(row * DRAWS, (row + 1) * DRAWS);
      await decodePicture({ bytes: bytesAt(place), form: place.form }, recipe, write, { draws: own, into, at: row * size });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      broken.push({
        row,
        reason: message === UNSAID ? "it is damaged or ends early" : message,
        fatal: /^(?:E[A-Z]+|ERR_MODULE_NOT_FOUND)$/.test(code ?? "") || message.includes('Could not load the "sharp"'),
      });
    }
  }
  Atomics.store(counters, 1 + thread, 0);
  const report: DecodeReport = { id, broken };
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(report);
}

// One batch after the other, in the order they were asked for.
let last: Promise<void> = Promise.resolve();
parentPort?.on("message", (job: DecodeJob) => {
  last = last.then(() => work(job));
});
