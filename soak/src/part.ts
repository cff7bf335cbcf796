import { createRandom, type Random } from "../../packages/core/src/random.ts";

/** Of one trial: what came of it, in a few words that are counted, or why it failed. */
export type Report = (trial: number, result: string | Error) => void;

/** A part that is ready to be tried. */
export interface Exam {
  /** How many trials the whole of it has. */
  readonly trials: number;
  /** Tries each of these; a trial depends on the seed and its number alone. Ends early once the signal is aborted. */
  run(trials: readonly number[], report: Report, signal: AbortSignal): Promise<void>;
  /** What the figures do not say, a sentence each. */
  notes?(): readonly string[];
  close?(): Promise<void>;
}

export interface Setting {
  readonly seed: number;
  /** A folder for this part alone; whoever opened the exam removes it. */
  readonly folder: string;
  /** Processes at a time, where a part has several. */
  readonly jobs: number;
}

/** One way of examining the project's reliability. */
export interface Part {
  readonly name: string;
  /** What is tried and what must hold. */
  readonly summary: string;
  /**
   * @returns an exam, or in words why this machine cannot hold it
   * @throws when the undisturbed case fails, without which nothing can be examined
   */
  open(setting: Setting): Promise<Exam | string>;
}

/** A fault of the project that a trial brought to light. */
export class Fault extends Error {
  override readonly name: string = "Fault";
}

/**
 * The run of an exam whose trials do not depend on one another.
 * @param trial throws when it fails; returns what came of it
 * @param lanes trials at a time
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

/** Lets one caller at a time through. */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const own = last.then(work);
    last = own.catch(() => undefined);
    return own;
  };
}

/** The draws of a trial. */
export const drawsOf = ({ seed }: Setting, part: string, trial: number): Random => createRandom(seed, part, trial);

/** One of these. */
export function oneOf<T>(choices: readonly T[], random: Random): T {
  return choices[random.integer(choices.length)] as T;
}
