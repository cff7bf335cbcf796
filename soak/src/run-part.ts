import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Part } from "./part.ts";

export interface Failure {
  readonly part: string;
  readonly trial: number;
  readonly reason: string;
}

/** The results of a part. */
export interface Figures {
  readonly part: string;
  readonly trials: number;
  /** Number of trials by outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  readonly notes: readonly string[];
  /** Why it was skipped; absent if it was not. */
  readonly skipped?: string;
}

export interface RunPartOptions {
  readonly seed: number;
  /** Of the trials, above 0 and at most 1. */
  readonly share: number;
  /** Number of the one trial to try. */
  readonly only?: number | undefined;
  /** Parallel processes. Default: the machine's cores. */
  readonly jobs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: { readonly part: string; readonly done: number; readonly of: number; readonly failed: number }): void;
}

/** Runs a part's exam. A failure of the exam itself, such as an undisturbed run that fails, counts as a failure of trial −1. */
export async function runPart(
  part: Part,
  { seed, share, only, jobs = availableParallelism(), signal, onProgress }: RunPartOptions,
): Promise<Figures> {
  const began = performance.now();
  const folder = mkdtempSync(join(scratch(), `benn-soak-${part.name}-`));
  const outcomes = new Map<string, number>();
  const failures: Failure[] = [];
  let [trials, notes]: [number, readonly string[]] = [0, []];
  let skipped: string | undefined;
  const fail = (trial: number, { name, message, stack }: Error): void =>
    void failures.push({ part: part.name, trial, reason: name === "Fault" ? message : (stack ?? message) });
  try {
    const exam = await part.open({ seed, folder, jobs });
    if (typeof exam === "string") skipped = exam;
    else {
      const chosen = only === undefined ? Array.from({ length: Math.max(1, Math.round(exam.trials * share)) }, (_, n) => n) : [only];
      onProgress?.({ part: part.name, done: 0, of: chosen.length, failed: 0 });
      try {
        await exam.run(
          chosen,
          (trial, result) => {
            trials += 1;
            if (result instanceof Error) fail(trial, result);
            else outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
            onProgress?.({ part: part.name, done: trials, of: chosen.length, failed: failures.length });
          },
          signal ?? new AbortController().signal,
        );
        notes = exam.notes?.() ?? [];
      } finally {
        await exam.close?.();
      }
    }
  } catch (error) {
    fail(-1, error instanceof Error ? error : new Error(String(error)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const seconds = (performance.now() - began) / 1000;
  return { part: part.name, trials, outcomes, failures, seconds, notes, ...(skipped === undefined ? {} : { skipped }) };
}

/** In memory if the system has such a folder: a killed process leaves the same there as on a disk, and a flush costs nothing. */
function scratch(): string {
  const memory = "/dev/shm";
  try {
    accessSync(memory, constants.W_OK);
    return process.env["TMPDIR"] ?? memory;
  } catch {
    return tmpdir();
  }
}
