import { createRandom, type Random } from "../../packages/core/src/random.ts";

/** Called for each trial: its outcome in a few words, which are counted, or why it failed. */
export type Report = (trial: number, result: string | Error) => void;

/** A part that is ready to be tried. */
export interface Exam {
  /** Number of trials at full share. */
  readonly trials: number;
  /** Tries each of these; a trial depends on the seed and its number alone. Ends early once the signal is aborted. */
  run(trials: readonly number[], report: Report, signal: AbortSignal): Promise<void>;
  /** Remarks on the figures, one sentence each. */
  notes?(): readonly string[];
  close?(): Promise<void>;
}

export interface Setting {
  readonly seed: number;
  /** A folder for this part alone; the caller that opened the exam removes it. */
  readonly folder: string;
  /** Number of parallel processes, if a part has several. */
  readonly jobs: number;
}

/** One way of testing the project's reliability. */
export interface Part {
  readonly name: string;
  /** What is tried and what must hold. */
  readonly summary: string;
  /**
   * @returns an exam, or a sentence on why this machine cannot run it
   * @throws if the undisturbed case fails, without which nothing can be tested
   */
  open(setting: Setting): Promise<Exam | string>;
}

/** A defect of the project that a trial revealed. */
export class Fault extends Error {
  override readonly name: string = "Fault";
}

/**
 * Runs an exam whose trials are independent.
 * @param trial throws if it fails; returns its outcome
 * @param lanes parallel trials
 */
export function tryEach(trial: (number: number) => Promise<string>, lanes = 1): Exam["run"] {
  return async (trials, report, signal) => {
    const waiting = trials.values();
    const work = async (): Promise<void> => {
      for (const number of waiting) {
        if (signal.aborted) return;
        try {
          report(number, await trial(number));
        } catch (error) {
          report(number, error instanceof Error ? error : new Error(String(error)));
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, work));
  };
}

/** A mutex: runs one piece of work at a time. */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const own = last.then(work);
    last = own.catch(() => undefined);
    return own;
  };
}

/** The random generator of a trial. */
export const drawsOf = ({ seed }: Setting, part: string, trial: number): Random => createRandom(seed, part, trial);

/** One of these, at random. */
export function oneOf<T>(choices: readonly T[], random: Random): T {
  return choices[random.integer(choices.length)] as T;
}
