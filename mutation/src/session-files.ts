import { join } from "node:path";

/** The instructions of a session, in the file `plan`. Tests are paths from the root, in the order in which they run. */
export type Plan = {
  readonly tests: readonly string[];
  /** Part of the names of tests that do not run. */ readonly without?: string | undefined;
} & (
  | { readonly kind: "cover" }
  | {
      readonly kind: "kill";
      /** By the id of a test: it runs once for each of these mutants that no test has killed yet. */
      readonly repeat?: Readonly<Record<string, readonly Job[]>>;
      /** By the path of a test file: it is loaded and run again for each. */
      readonly whole?: Readonly<Record<string, readonly string[]>>;
    }
);

/** A mutant, and how often the test executes its place without it. */
export interface Job {
  readonly mutant: string;
  readonly hits: number;
}

/** A line of the session's log. Files are full paths; `test` is the id of a test, or the file if that runs as a whole. */
export type Line =
  | { readonly on: "file"; readonly file: string }
  | { readonly on: "start"; readonly test: string; readonly mutant: string; readonly whole: boolean }
  | {
      readonly on: "end";
      readonly test: string;
      readonly mutant: string;
      readonly killed: boolean;
      readonly hits: number;
      readonly whole: boolean;
    }
  /** After this mutant the test fails without any: its failure proves nothing. */
  | { readonly on: "unclean"; readonly test: string; readonly mutant: string }
  | {
      readonly on: "covered";
      readonly test: string;
      readonly name: string;
      readonly file: string;
      readonly ms: number;
      readonly hits: Hits;
      readonly passed: boolean;
    }
  | { readonly on: "loaded"; readonly file: string; readonly ms: number; readonly hits: Hits };

/** How often each mutant's place was executed. */
export type Hits = Readonly<Record<string, number>>;

export const FOLDER = "BENN_MUTATION_FOLDER";

export const sessionFiles = (folder: string) => ({
  plan: join(folder, "plan.json"),
  code: join(folder, "code.json"),
  log: join(folder, "log.jsonl"),
  output: join(folder, "output.log"),
});
