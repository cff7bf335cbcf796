import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { runSession } from "./run-session.ts";
import { type Line, sessionFiles } from "./session-files.ts";
import type { Subject } from "./subject.ts";

/** What the tests of a file reach, and how long they take. */
export type Reached = readonly Extract<Line, { on: "covered" | "loaded" }>[];

interface Kept {
  /** Hash of the mutated code. */
  readonly code: string;
  /** By the path of a test file: its hash, and what its tests reached. */
  readonly files: Record<string, { readonly hash: string; readonly reached: Reached }>;
}

/**
 * Runs the tests without a mutant. What they reached is stored next to the results, so that only test files that have changed run again, or
 * all of them if the mutated code has changed.
 * @param codeOf the mutated code
 */
export async function coverageOf(
  { tests, without }: Subject,
  root: string,
  folder: string,
  codeOf: Readonly<Record<string, string>>,
): Promise<Reached> {
  const path = join(folder, "coverage.json");
  const code = hash(JSON.stringify(codeOf));
  const before = readKept(path);
  const kept: Kept = before?.code === code ? before : { code, files: {} };
  const hashes = new Map(tests.map((test) => [test, hashOfTest(root, test)]));
  const open = tests.filter((test) => kept.files[test]?.hash !== hashes.get(test));
  const fresh = new Map<string, Reached>();
  if (open.length > 0) {
    const came = new Map(open.map((test) => [join(root, test), [] as Reached[number][]]));
    const { hung } = await runSession(
      folder,
      { kind: "cover", tests: open, without },
      () => 1_800_000,
      (lines) => {
        for (const line of lines) {
          if (line.on !== "covered" && line.on !== "loaded") continue;
          came.get(line.file)?.push(line);
          const test = relative(root, line.file);
          if (line.on !== "loaded") continue;
          // The last line of a file: a run that is stopped keeps what came before. A file that fails is run again.
          const reached = came.get(line.file) ?? [];
          fresh.set(test, reached);
          const own = reached.filter((one) => one.on === "covered");
          if (own.length > 0 && own.every(({ passed }) => passed)) kept.files[test] = { hash: hashes.get(test) ?? "", reached };
        }
        if (lines.some(({ on }) => on === "loaded")) writeFileSync(path, JSON.stringify(kept));
      },
    );
    if (hung) throw new Error(`mutate: a test hangs without a mutant; see ${sessionFiles(folder).output}`);
  }
  return tests.flatMap((test) => fresh.get(test) ?? kept.files[test]?.reached ?? []);
}

/** Identifies a test file's state. */
export const hashOfTest = (root: string, test: string): string => hash(`${test}\0${readFileSync(join(root, test), "utf8")}`);

const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);

function readKept(path: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Kept;
  } catch {
    return undefined; // none yet, or an interrupted write
  }
}
