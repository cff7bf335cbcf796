import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Mutant, Mutated } from "./mutants.ts";

export interface Verdict {
  readonly status: "killed" | "survived" | "not reached";
  /** The test that failed. */
  readonly by?: string;
  /** Hashes of the test files that the mutant has survived: those need not run again. */
  readonly past?: readonly string[];
}

/** Verdicts of a subject, stored in a file so that a stopped run can resume: they are valid while a source file is unchanged. */
export class Results {
  readonly #path: string;
  readonly #hashes: Mutated["hashes"];
  readonly #verdicts = new Map<string, Verdict>();

  constructor(path: string, hashes: Mutated["hashes"]) {
    this.#path = path;
    this.#hashes = hashes;
    for (const [file, { hash, verdicts }] of Object.entries(readKept(path)?.files ?? {})) {
      if (hash !== hashes[file]) continue;
      for (const [key, verdict] of Object.entries(verdicts)) this.#verdicts.set(`${file}\0${key}`, verdict);
    }
  }

  get({ file, key }: Mutant): Verdict | undefined {
    return this.#verdicts.get(`${file}\0${key}`);
  }

  set({ file, key }: Mutant, verdict: Verdict): void {
    this.#verdicts.set(`${file}\0${key}`, verdict);
  }

  delete({ file, key }: Mutant): void {
    this.#verdicts.delete(`${file}\0${key}`);
  }

  save(): void {
    const files: Record<string, { hash: string; verdicts: Record<string, Verdict> }> = {};
    for (const [at, verdict] of this.#verdicts) {
      const [file = "", key = ""] = at.split("\0");
      (files[file] ??= { hash: this.#hashes[file] ?? "", verdicts: {} }).verdicts[key] = verdict;
    }
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, `${JSON.stringify({ files }, undefined, 1)}\n`);
  }
}

interface Kept {
  readonly files: Readonly<Record<string, { readonly hash: string; readonly verdicts: Readonly<Record<string, Verdict>> }>>;
}

function readKept(path: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Kept;
  } catch {
    return undefined; // none yet, or an interrupted write
  }
}
