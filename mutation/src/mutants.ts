import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MutationRange } from "@stryker-mutator/api/core";
import type { Logger } from "@stryker-mutator/api/logging";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { ignored } from "./ignored.ts";

export interface Mutant {
  /** Its id in the instrumented code. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  /** On one line each. */
  readonly original: string;
  readonly replacement: string;
  /** The same for the same mutant of the same file in another run. */
  readonly key: string;
  readonly range: MutationRange;
  /** Distinguishes it from the others at the same place. */
  readonly change: string;
}

export interface Mutated {
  readonly mutants: readonly Mutant[];
  /** Hash of each file. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly ignored: number;
}

const quiet = () => {};
const no = () => false;
const LOGGER: Logger = {
  isTraceEnabled: no,
  isDebugEnabled: no,
  isInfoEnabled: no,
  isWarnEnabled: no,
  isErrorEnabled: no,
  isFatalEnabled: no,
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  fatal: quiet,
};

/** All mutants of the files, by Stryker's mutators. */
export async function mutantsOf(files: readonly string[], root: string): Promise<Mutated> {
  const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  const made = await instrument([...sources].map(([name, content]) => ({ name, content, mutate: true })));
  const counts = new Map<string, number>();
  const lived = made.mutants.filter((mutant) => mutant.status !== "Ignored");
  const mutants = lived.map(({ id, fileName, location: { start, end }, mutatorName, replacement }): Mutant => {
    const change = changeOf(mutatorName, replacement);
    const lines = (sources.get(fileName) ?? "").split("\n").slice(start.line, end.line + 1);
    lines.splice(-1, 1, (lines.at(-1) ?? "").slice(0, end.column));
    lines.splice(0, 1, (lines[0] ?? "").slice(start.column));
    const [original, becomes] = [oneLine(lines.join(" ")), oneLine(replacement)];
    const same = [mutatorName, original, becomes].join("\0");
    const nth = counts.get(fileName + same) ?? 0;
    counts.set(fileName + same, nth + 1);
    const key = createHash("sha256").update(`${same}\0${nth}`).digest("hex").slice(0, 16);
    return {
      id,
      file: fileName,
      line: start.line + 1,
      column: start.column + 1,
      mutator: mutatorName,
      original,
      replacement: becomes,
      key,
      range: { start, end },
      change,
    };
  });
  return {
    mutants,
    hashes: Object.fromEntries([...sources].map(([file, text]) => [file, createHash("sha256").update(text).digest("hex").slice(0, 16)])),
    ignored: made.mutants.length - lived.length,
  };
}

/**
 * The code of the files with these mutants in it, each switched on by its id. Other mutants are left out if possible: each costs a check
 * whenever its place is executed.
 * @returns also the mutants, with their ids in this code
 */
export async function switchesFor(chosen: readonly Mutant[], root: string): Promise<{ code: Record<string, string>; mutants: Mutant[] }> {
  const files = Map.groupBy(chosen, ({ file }) => file);
  const made = await instrument(
    [...files].map(([name, mutants]) => ({
      name,
      content: readFileSync(join(root, name), "utf8"),
      mutate: mutants.map(({ range }) => range),
    })),
  );
  const place = (file: string, { start, end }: MutationRange, change: string) =>
    [file, start.line, start.column, end.line, end.column, change].join(" ");
  const ids = new Map(
    made.mutants.map(({ id, fileName, location, mutatorName, replacement }) => [
      place(fileName, location, changeOf(mutatorName, replacement)),
      id,
    ]),
  );
  const mutants = chosen.map((mutant) => {
    const id = ids.get(place(mutant.file, mutant.range, mutant.change));
    if (id === undefined) throw new Error(`mutate: ${mutant.file}:${mutant.line} has lost ${mutant.replacement}`);
    return { ...mutant, id };
  });
  return { code: Object.fromEntries(made.files.map(({ name, content }) => [name, content])), mutants };
}

const instrument = (files: Parameters<Instrumenter["instrument"]>[0]) =>
  new Instrumenter(LOGGER).instrument(files, { plugins: null, ignorers: [ignored], excludedMutations: [] });

const changeOf = (mutator: string, replacement: string) =>
  createHash("sha256").update(`${mutator}\0${replacement}`).digest("hex").slice(0, 16);

function oneLine(code: string): string {
  const flat = code.replaceAll(/\s+/g, " ").replaceAll("`", "'").trim();
  return flat.length <= 100 ? flat : `${flat.slice(0, 70)} … ${flat.slice(-25)}`;
}
