import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { Results, type Verdict } from "./results.ts";
import { runSession } from "./run-session.ts";
import { sampleOf } from "./sample.ts";
import { type Job, type Line, type Plan, sessionFiles } from "./session-files.ts";
import type { Subject } from "./subject.ts";

export interface MutateOptions {
  readonly root: string;
  /** How many mutants, drawn evenly from all; undefined for every one. */
  readonly sample: number | undefined;
  readonly seed: number;
  /** Seconds of tests a mutant may survive before it counts as survived. */
  readonly budget: number;
  /** Forget earlier results. */
  readonly fresh: boolean;
  /** Only mutants of files whose path contains one of these. */
  readonly only?: readonly string[] | undefined;
  readonly print: (line: string) => void;
}

export interface Mutation {
  readonly subject: Subject;
  /** All there are. */
  readonly total: number;
  /** Of them made of text, and left out. */
  readonly ignored: number;
  readonly verdicts: ReadonlyMap<Mutant, Verdict>;
}

/** Tests at most this long, in milliseconds, come first, then those at most as long as the next. */
const ROUNDS = [200, Infinity];

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
 * First all tests run without a mutant, which tells what each of them reaches and how long it takes. Then each test is repeated
 * for every mutant it reaches (see repeating-runner.ts), the shortest tests first. What is reached while modules load, by a
 * hook of a whole file, or in a test that could not be repeated, runs once more in workers that have the mutant from the start.
 */
export async function mutate(subject: Subject, options: MutateOptions): Promise<Mutation> {
  const { root, print } = options;
  const folder = join(root, "mutation/results", subject.name);
  mkdirSync(folder, { recursive: true });
  const files = sessionFiles(folder);
  rmSync(files.output, { force: true });
  const mutated = await mutantsOf(subject.sources, root);
  writeFileSync(files.code, JSON.stringify(mutated.code));
  const tests = createHash("sha256");
  for (const test of subject.tests) tests.update(readFileSync(join(root, test)));
  const path = join(root, "mutation/results", `${subject.name}.json`);
  if (options.fresh) rmSync(path, { force: true });
  const results = new Results(path, mutated.hashes, tests.digest("hex").slice(0, 16));
  const among = mutated.mutants.filter(({ file }) => !options.only || options.only.some((part) => file.includes(part)));
  const chosen = options.sample === undefined ? among : sampleOf(among, options.sample, options.seed);
  const open = new Map(chosen.filter((mutant) => !results.get(mutant)).map((mutant) => [mutant.id, mutant]));
  print(`${subject.name}: ${mutated.mutants.length} mutants, ${chosen.length} chosen, ${open.size} to run`);

  const settle = (id: string, verdict: Verdict) => {
    const mutant = open.get(id);
    if (!mutant) return;
    results.set(mutant, verdict);
    open.delete(id);
  };

  if (open.size > 0) {
    const start = performance.now();
    const { lines, hung } = await runSession(folder, { kind: "cover", tests: subject.tests, without: subject.without }, () => 1_800_000);
    if (hung) throw new Error("mutate: a test hangs without a mutant");
    const failed = lines.filter((line) => line.on === "covered" && !line.passed);
    for (const line of failed) if (line.on === "covered") print(`  fails without a mutant, and is left out: ${line.file} ${line.name}`);
    const covering = new Map<string, Covering[]>();
    const loading = new Map<string, string[]>();
    for (const line of lines) {
      if (line.on === "covered" && line.passed)
        for (const [mutant, hits] of Object.entries(line.hits))
          if (open.has(mutant)) covering.set(mutant, [...(covering.get(mutant) ?? []), { ...line, file: relative(root, line.file), hits }]);
      if (line.on === "loaded")
        for (const mutant of Object.keys(line.hits))
          if (open.has(mutant)) loading.set(mutant, [...(loading.get(mutant) ?? []), relative(root, line.file)]);
    }
    const names = new Map(lines.flatMap((line) => (line.on === "covered" ? [[line.test, line.name] as const] : [])));
    const times = new Map(lines.flatMap((line) => (line.on === "covered" ? [[line.test, line.ms] as const] : [])));
    const fileTimes = new Map(lines.flatMap((line) => (line.on === "loaded" ? [[relative(root, line.file), line.ms] as const] : [])));
    print(
      `  ${names.size} tests reach ${covering.size + [...loading.keys()].filter((id) => !covering.has(id)).length} of them (${seconds(start)})`,
    );

    // The shortest tests of each mutant, as many as the budget has room for.
    for (const [mutant, all] of covering) {
      let sum = 0;
      covering.set(
        mutant,
        all.toSorted((a, b) => a.ms - b.ms).filter(({ ms }, i) => (sum += ms) <= options.budget * 1000 || i === 0),
      );
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
    /** Runs a plan until all of it is done, in more than one session where a mutant hangs. */
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
            // Its place was passed when the test first ran, and not now: something is kept from one time to the next.
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

    for (const [round, limit] of ROUNDS.entries()) {
      const above = ROUNDS[round - 1] ?? -1;
      await runAll(`tests up to ${limit} ms`, () => {
        const repeat: Record<string, Job[]> = {};
        const needed = new Set<string>();
        for (const mutant of open.keys()) {
          if (doubtful.has(mutant)) continue;
          for (const { test, file, ms, hits } of covering.get(mutant) ?? []) {
            if (ms <= above || ms > limit || done.has(`${test}\0${mutant}`)) continue;
            (repeat[test] ??= []).push({ mutant, hits });
            needed.add(file);
          }
        }
        return { kind: "kill", tests: byTime(needed), repeat };
      });
    }
    await runAll("loaded anew", () => {
      const whole: Record<string, string[]> = {};
      const needed = new Set<string>();
      for (const mutant of open.keys()) {
        const own = doubtful.has(mutant) ? (covering.get(mutant) ?? []).map(({ file }) => file) : [];
        let sum = 0;
        for (const [i, file] of byTime(new Set([...own, ...(loading.get(mutant) ?? [])])).entries()) {
          sum += fileTimes.get(file) ?? 0;
          if (i > 0 && sum > options.budget * 1000) break;
          if (done.has(`${join(root, file)}\0${mutant}`)) continue;
          (whole[join(root, file)] ??= []).push(mutant);
          needed.add(file);
        }
      }
      return { kind: "kill", tests: byTime(needed), whole };
    });
    for (const id of open.keys()) settle(id, { status: covering.has(id) || loading.has(id) ? "survived" : "not reached" });
    results.save();
    print(`  done (${seconds(start)})`);
  }
  const verdicts = new Map(chosen.map((mutant) => [mutant, results.get(mutant)!]));
  return { subject, total: mutated.mutants.length, ignored: mutated.ignored, verdicts };
}

const seconds = (start: number) => `${((performance.now() - start) / 1000).toFixed(0)} s`;
