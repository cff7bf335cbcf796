import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Fault, type Part, type Report } from "../part.ts";
import { READERS } from "./readers.ts";
import type { ToTry, Tried } from "./try-inputs.ts";

/** Maximum seconds per input; a busy machine stretches the milliseconds that it needs. */
const MOST_SECONDS = 60;
/** Maximum heap of a thread, in megabytes. */
const MOST_HEAP = 1024;

/** The part that gives mutated files to one reader. */
export async function fuzzReader(name: string): Promise<Part> {
  const { reads, inputs } = await READERS[name]!();
  return {
    name: `fuzz-${name}`,
    summary: `Changed inputs of ${reads}: it is read to a right result or refused in a sentence, soon and in little memory.`,
    open: async ({ seed, folder }) => ({
      trials: inputs,
      async run(trials, report, signal) {
        let from = 0;
        for (let round = 0; from < trials.length && !signal.aborted; round++) {
          const own = join(folder, String(round));
          mkdirSync(own);
          const rest = trials.slice(from);
          from += await watchThread({ reader: name, seed, folder: own, trials: rest, at: new SharedArrayBuffer(4) }, report, signal);
        }
      },
    }),
  };
}

/** Tries them in a thread. @returns the number done: all, unless one hung or exhausted the memory */
async function watchThread(toTry: ToTry, report: Report, signal: AbortSignal): Promise<number> {
  const progress = new Int32Array(toTry.at);
  const thread = new Worker(new URL("./fuzz-thread.ts", import.meta.url), {
    workerData: toTry,
    execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"],
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP },
    stderr: false,
  });
  const told = new Set<number>();
  return await new Promise((resolve, reject) => {
    let [seen, since] = [-1, performance.now()];
    const end = (done: number): void => {
      clearInterval(watch);
      signal.removeEventListener("abort", stop);
      resolve(done);
      void thread.terminate();
    };
    const stop = (): void => end(toTry.trials.length);
    /** The current input ended the thread; earlier ones without a report were no failures. */
    const blame = (why: string): void => {
      const place = Atomics.load(progress, 0);
      for (const trial of toTry.trials.slice(0, place)) if (!told.has(trial)) report(trial, "read or refused");
      report(toTry.trials[place] ?? -1, new Fault(why));
      end(place + 1);
    };
    const watch = setInterval(() => {
      const now = Atomics.load(progress, 0);
      if (now !== seen) [seen, since] = [now, performance.now()];
      else if (performance.now() - since > MOST_SECONDS * 1000) blame(`does not end within ${MOST_SECONDS} s`);
    }, 500);
    signal.addEventListener("abort", stop);
    thread.on("message", ({ results, done }: Tried) => {
      for (const [trial, outcome] of results) {
        told.add(trial);
        report(trial, typeof outcome === "string" ? outcome : new Fault(outcome.failed));
      }
      if (done) end(toTry.trials.length);
    });
    thread.on("error", (error) => {
      if ((error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY") blame(`takes more than ${MOST_HEAP} MB`);
      else {
        clearInterval(watch);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}
