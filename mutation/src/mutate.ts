import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { coverageOf, hashOfTest } from "./coverage.ts";
import { type Mutant, mutantsOf, switchesFor } from "./mutants.ts";
import { Results, type Verdict } from "./results.ts";
import { runSession } from "./run-session.ts";
import { sampleOf } from "./sample.ts";
import { type Job, type Line, type Plan, sessionFiles } from "./session-files.ts";
import type { Subject } from "./subject.ts";

export interface MutateOptions {
  readonly root: string;
  /** Number of mutants, drawn uniformly from all; undefined for all. */
  readonly sample: number | undefined;
  readonly seed: number;
  /** Seconds of tests after which a surviving mutant counts as survived. */
  readonly budget: number;
  /** Discards earlier results. */
  readonly fresh: boolean;
  /** Only mutants of files whose path contains one of these. */
  readonly only?: readonly string[] | undefined;
  readonly print: (line: string) => void;
}

export interface Mutation {
  readonly subject: Subject;
  /** Total number. */
  readonly total: number;
  /** Mutants of text, which are left out. */
  readonly ignored: number;
  readonly verdicts: ReadonlyMap<Mutant, Verdict>;
}

/**
 * Which tests run in turn: those of the mutant's own file, which are most likely to fail, then all that take at most this many
 * milliseconds.
 */
const ROUNDS = [
  { what: "its file's own tests", own: true, most: 500 },
  { what: "tests up to 200 ms", own: false, most: 200 },
  { what: "tests up to 2 s", own: false, most: 2000 },
  { what: "longer tests", own: false, most: Infinity },
];

interface Covering {
  readonly test: string;
  readonly name: string;
  readonly file: string;
  readonly ms: number;
  readonly hits: number;
}

/**
 * Runs the tests of a subject against its mutants.
 *
 * First all tests run without a mutant, which shows what each of them reaches and how long it takes (see coverage.ts). Then each test is
 * repeated for every mutant that it reaches (see repeating-runner.ts), the shortest tests first. A test file that a mutant survived in an
 * earlier run does not run again while it is unchanged. What is reached while modules load, by a hook of a whole file, or in a test that
 * could not be repeated, runs once more in workers that have the mutant from the start.
 */
export async function mutate(subject: Subject, options: MutateOptions): Promise<Mutation> {
  const { root, print } = options;
  const folder = join(root, "mutation/results", subject.name);
  mkdirSync(folder, { recursive: true });
  const files = sessionFiles(folder);
  rmSync(files.output, { force: true });
  const mutated = await mutantsOf(subject.sources, root);
  const path = join(root, "mutation/results", `${subject.name}.json`);
  if (options.fresh) for (const kept of [path, join(folder, "coverage.json")]) rmSync(kept, { force: true });
  const results = new Results(path, mutated.hashes);
  const among = mutated.mutants.filter(({ file }) => !options.only || options.only.some((part) => file.includes(part)));
  const drawn = options.sample === undefined ? among : sampleOf(among, options.sample, options.seed);
  const { mutants: chosen, code } = await switchesFor(drawn, root);
  writeFileSync(files.code, JSON.stringify(code));
  const open = new Map(chosen.filter((mutant) => results.get(mutant)?.status !== "killed").map((mutant) => [mutant.id, mutant]));
  print(`${subject.name}: ${mutated.mutants.length} mutants, ${chosen.length} chosen, ${open.size} not killed yet`);

  const settle = (id: string, verdict: Verdict) => {
    const mutant = open.get(id);
    if (!mutant) return;
    results.set(mutant, verdict);
    open.delete(id);
  };

  if (open.size > 0) {
    const start = performance.now();
    const reached = await coverageOf(subject, root, folder, code);
    const hashes = new Map(subject.tests.map((test) => [test, hashOfTest(root, test)]));
    const covering = new Map<string, Covering[]>();
    const loading = new Map<string, string[]>();
    for (const line of reached) {
      const file = relative(root, line.file);
      if (line.on === "loaded") for (const id of Object.keys(line.hits)) loading.set(id, [...(loading.get(id) ?? []), file]);
      else if (!line.passed) print(`  fails without a mutant, and is left out: ${file} ${line.name}`);
      else for (const [id, hits] of Object.entries(line.hits)) covering.set(id, [...(covering.get(id) ?? []), { ...line, file, hits }]);
    }
    const names = new Map(reached.flatMap((line) => (line.on === "covered" ? [[line.test, line.name] as const] : [])));
    const times = new Map(reached.flatMap((line) => (line.on === "covered" ? [[line.test, line.ms] as const] : [])));
    const fileTimes = new Map(reached.flatMap((line) => (line.on === "loaded" ? [[relative(root, line.file), line.ms] as const] : [])));
    const isReached = ({ id }: Mutant) => covering.has(id) || loading.has(id);
    print(`  ${names.size} tests reach ${chosen.filter(isReached).length} of ${chosen.length} (${seconds(start)})`);

    /** Whether the mutant survived this version of the test file in an earlier run. */
    const isPast = (mutant: Mutant, file: string) => results.get(mutant)?.past?.includes(hashes.get(file) ?? "") ?? false;
    // The shortest tests of each mutant, as many as the budget allows; but first those of its file's own test, which are most likely to
    // fail.
    const skipped = new Map<string, Set<string>>();
    for (const [id, mutant] of open) {
      let sum = 0;
      const rank = ({ file, ms }: Covering) => (isOf(file, mutant) ? ms - 1e9 : ms);
      const all = covering.get(id)?.toSorted((a, b) => rank(a) - rank(b)) ?? [];
      const within = all.filter(({ ms }, i) => (sum += ms) <= options.budget * 1000 || i === 0);
      if (all.length > 0) covering.set(id, within);
      skipped.set(id, new Set(all.slice(within.length).map(({ file }) => file)));
    }
    const doubtful = new Set<string>();
    const reopen = (id: string) => {
      const mutant = chosen.find((one) => one.id === id);
      if (!mutant) return;
      doubtful.add(id);
      open.set(id, mutant);
      results.delete(mutant);
    };
    const patience = (line: Line | undefined) => {
      if (line?.on === "start" && !line.whole) return 20_000 + 10 * (times.get(line.test) ?? 0);
      const file = line?.on === "start" ? line.test : line?.on === "file" ? line.file : undefined;
      return 120_000 + 5 * (file === undefined ? Math.max(...fileTimes.values()) : (fileTimes.get(relative(root, file)) ?? 0));
    };
    const byTime = (tests: Iterable<string>) => [...tests].toSorted((a, b) => (fileTimes.get(a) ?? 0) - (fileTimes.get(b) ?? 0));

    /** Pairs of a test and a mutant that have run. */
    const done = new Set<string>();
    /** Runs a plan until all of it is done, in several sessions if a mutant hangs. */
    const runAll = async (what: string, planned: () => Extract<Plan, { kind: "kill" }>) => {
      for (let plan = planned(); plan.tests.length > 0; plan = planned()) {
        const before = done.size;
        const session = await runSession(folder, { ...plan, without: subject.without }, patience, (lines) => {
          for (const line of lines) {
            if (line.on === "unclean") reopen(line.mutant);
            if (line.on !== "end") continue;
            done.add(`${line.test}\0${line.mutant}`);
            const by = line.whole ? relative(root, line.test) : (names.get(line.test) ?? "");
            if (line.killed) settle(line.mutant, { status: "killed", by });
            // Its place was executed when the test first ran, but not now: something is cached between runs.
            else if (!line.whole && line.hits === 0) doubtful.add(line.mutant);
          }
          if (lines.length > 0) results.save();
        });
        if (session.hung) {
          const { test, mutant, whole } = session.hung;
          done.add(`${test}\0${mutant}`);
          settle(mutant, { status: "killed", by: `${whole ? relative(root, test) : names.get(test)} (never ends)` });
        }
        results.save();
        print(`  ${what}: ${chosen.length - open.size} of ${chosen.length} settled (${seconds(start)})`);
        if (done.size === before) throw new Error(`mutate: a session did nothing; see ${files.output}`);
      }
    };

    for (const { what, own, most } of ROUNDS) {
      await runAll(what, () => {
        const repeat: Record<string, Job[]> = {};
        const needed = new Set<string>();
        for (const [id, mutant] of open) {
          if (doubtful.has(id)) continue;
          for (const { test, file, ms, hits } of covering.get(id) ?? []) {
            if (ms > most || (own && !isOf(file, mutant)) || done.has(`${test}\0${id}`) || isPast(mutant, file)) continue;
            (repeat[test] ??= []).push({ mutant: id, hits });
            needed.add(file);
          }
        }
        return { kind: "kill", tests: byTime(needed), repeat };
      });
    }
    await runAll("loaded anew", () => {
      const whole: Record<string, string[]> = {};
      const needed = new Set<string>();
      for (const [id, mutant] of open) {
        const own = doubtful.has(id) ? (covering.get(id) ?? []).map(({ file }) => file) : [];
        const all = byTime(new Set([...own, ...(loading.get(id) ?? [])]));
        let sum = 0;
        for (const [i, file] of all.toSorted((a, b) => Number(isOf(b, mutant)) - Number(isOf(a, mutant))).entries()) {
          sum += fileTimes.get(file) ?? 0;
          if (i > 0 && sum > options.budget * 1000) {
            skipped.get(id)?.add(file);
            continue;
          }
          if (done.has(`${join(root, file)}\0${id}`) || isPast(mutant, file)) continue;
          (whole[join(root, file)] ??= []).push(id);
          needed.add(file);
        }
      }
      return { kind: "kill", tests: byTime(needed), whole };
    });
    for (const [id, mutant] of open) {
      const survived = new Set([...(covering.get(id) ?? []).map(({ file }) => file), ...(loading.get(id) ?? [])]);
      const past = [...survived].filter((file) => isPast(mutant, file) || !skipped.get(id)?.has(file));
      settle(id, isReached(mutant) ? { status: "survived", past: past.map((file) => hashes.get(file) ?? "") } : { status: "not reached" });
    }
    results.save();
    print(`  done (${seconds(start)})`);
  }
  const verdicts = new Map(chosen.map((mutant) => [mutant, results.get(mutant)!]));
  return { subject, total: mutated.mutants.length, ignored: mutated.ignored, verdicts };
}

/** `alpha` of `src/alpha.ts` and of `src/alpha.test.ts`. */
const stemOf = (file: string) => basename(file).replace(/\..*/, "");
const isOf = (test: string, { file }: Mutant) => stemOf(test) === stemOf(file);
const seconds = (start: number) => `${((performance.now() - start) / 1000).toFixed(0)} s`;
