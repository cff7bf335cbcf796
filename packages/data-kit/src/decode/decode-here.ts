// Reads and decodes pictures in a separate thread. Reading is synchronous: the thread has nothing else to do, and Node's asynchronous reads
// would compete with the picture library for the same thread pool.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { BrokenPicture, DecodeJob, DecodeReport, ThreadData } from "./decode-job.ts";
import type { FileRange } from "./file-range.ts";

/** A picture to decode. */
export interface Undecoded<P extends FileRange> {
  readonly bytes: Uint8Array;
  readonly place: P;
  /** Uniform in [0, 1), for random augmentation; undefined: as in evaluation. */
  readonly draws: Float64Array | undefined;
  /** Receives the decoded picture and is filled completely. */
  readonly into: Uint8Array<SharedArrayBuffer>;
}

/** Decodes one picture. @throws Error that says what is wrong with it */
export type Decode<P extends FileRange> = (picture: Undecoded<P>) => Promise<void>;

/** The picture library's message if its own decoders give none. */
const UNSAID = "Unknown error";

/** Maximum number of shards and databases that stay open. */
const MOST_OPEN = 16;
const open = new Map<string, number>();

function bytesAt({ path, offset, length }: FileRange): Uint8Array {
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

/**
 * Serves a `DecoderPool` in this thread: call it once, at the top of the module that is the pool's entry.
 * @param makeDecode receives the pool's recipe, as passed to the pool
 */
export function decodeHere<P extends FileRange>(makeDecode: (recipe: unknown) => Decode<P>): void {
  const { thread, recipe, bytesEach, draws: each } = workerData as ThreadData;
  const decode = makeDecode(recipe);

  const work = async ({ id, places, draws, pixels, progress }: DecodeJob): Promise<void> => {
    const counters = new Int32Array(progress);
    const broken: BrokenPicture[] = [];
    for (;;) {
      const row = Atomics.add(counters, 0, 1);
      const place = places[row];
      if (!place) break;
      Atomics.store(counters, 1 + thread, row + 1);
      try {
        const own = draws?.subarray(row * each, (row + 1) * each);
        const into = new Uint8Array(pixels, row * bytesEach, bytesEach);
        await decode({ bytes: bytesAt(place), place: place as P, draws: own, into });
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
  };

  // One batch after the other, in the order of the requests.
  let last: Promise<void> = Promise.resolve();
  parentPort?.on("message", (job: DecodeJob) => {
    last = last.then(() => work(job));
  });
}
