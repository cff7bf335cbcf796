// Vitest's test runner, in the worker: it repeats a test once for every mutant that the test reaches, in modules that are loaded once. A
// mutant then costs a test's own time, mostly milliseconds, rather than the seconds of a fresh worker.
import { appendFileSync, readFileSync } from "node:fs";
import type { InstrumenterContext } from "@stryker-mutator/api/core";
import { type RunnerTask, type RunnerTestCase, type RunnerTestFile, TestRunner } from "vitest";
import { startTests } from "vitest/internal/browser";
import { FOLDER, type Job, type Line, type Plan, sessionFiles } from "./session-files.ts";

const files = sessionFiles(process.env[FOLDER] ?? "");
// oxlint-disable-next-line no-underscore-dangle -- the instrumented code calls it so
const stryker: InstrumenterContext = ((globalThis as { __stryker__?: InstrumenterContext }).__stryker__ ??= {});
const say = (line: Line) => appendFileSync(files.log, `${JSON.stringify(line)}\n`);

/** Far above what any test needs when its file runs as a whole. */
const WHOLE_HITS = 5_000_000;

interface Loaded {
  readonly workerState: { readonly evaluatedModules: { readonly idToModuleMap: ReadonlyMap<string, LoadedModule> } };
}
interface LoadedModule {
  promise: unknown;
  exports: unknown;
  evaluated: boolean;
  readonly importers: Set<string>;
}

export default class RepeatingRunner extends TestRunner {
  readonly #plan = JSON.parse(readFileSync(files.plan, "utf8")) as Plan;
  /** Mutants that a test has killed. */
  readonly #dead = new Set<string>();
  #queue: Job[] = [];
  #now: Job | "none" | undefined;
  #last = "";
  /** The file that runs as a whole for one mutant. */
  #whole: { failed: boolean } | undefined;
  /** A mutant has left side effects in this file. */
  #unclean = false;
  /** When the test, and when its file began. */
  #since = 0;
  #began = 0;

  override onCollectStart(file: RunnerTestFile): void {
    super.onCollectStart(file);
    this.#forgetModules();
    stryker.mutantCoverage = { static: {}, perTest: {} };
    this.#unclean = false;
    this.#began = spentMs();
    if (!this.#whole) say({ on: "file", file: file.filepath });
  }

  /** Like Vitest between two files of a worker: state that the last one changed in a module is not visible to the next one. */
  #forgetModules(): void {
    for (const [path, module] of (this as unknown as Loaded).workerState.evaluatedModules.idToModuleMap) {
      if (path.includes("/node_modules/")) continue;
      module.promise = undefined;
      module.exports = undefined;
      module.evaluated = false;
      module.importers.clear();
    }
  }

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    await super.onBeforeRunTask(test);
    if (this.#plan.kind === "cover" || test.mode !== "run") return;
    if (this.#whole) {
      if (this.#whole.failed) test.mode = "skip";
      return;
    }
    this.#queue = (this.#plan.repeat?.[test.id] ?? []).filter(({ mutant }) => !this.#dead.has(mutant));
    if (this.#queue.length === 0 || this.#unclean) test.mode = "skip";
    else test.repeats = 2 * this.#queue.length; // at most: each mutant, and none after it
  }

  override onBeforeTryTask(test: RunnerTestCase, options: never): void {
    super.onBeforeTryTask(test, options);
    if (this.#plan.kind === "cover") {
      stryker.currentTestId = test.id;
      this.#since = spentMs();
    }
    if (this.#plan.kind === "cover" || this.#whole) return;
    if (this.#now !== "none") this.#now = this.#unclean ? undefined : this.#queue.shift();
    if (!this.#now) test.context.skip();
    else if (this.#now !== "none") this.#wake(test.id, this.#now.mutant, 100 * this.#now.hits + 1000, false);
  }

  override async onAfterRetryTask(test: RunnerTestCase, options: never): Promise<void> {
    await super.onAfterRetryTask(test, options);
    const failed = test.result?.state === "fail";
    // Errors are not read, and mapping them to their source takes longer than most tests.
    if (test.result) test.result.errors = [];
    if (this.#plan.kind === "cover") {
      delete stryker.currentTestId;
      const hits = stryker.mutantCoverage?.perTest[test.id] ?? {};
      const ms = spentMs() - this.#since;
      say({ on: "covered", test: test.id, name: fullName(test), file: test.file.filepath, ms, hits, passed: !failed });
    } else if (this.#whole) this.#whole.failed ||= failed;
    else if (this.#now === "none") {
      this.#now = undefined;
      if (!failed) return;
      this.#unclean = true;
      say({ on: "unclean", test: test.id, mutant: this.#last });
    } else if (this.#now) {
      const { mutant } = this.#now;
      this.#last = mutant;
      this.#sleep(test.id, mutant, failed, false);
      this.#now = failed ? "none" : undefined;
    }
  }

  // oxlint-disable-next-line typescript/no-misused-promises -- Vitest awaits it
  override async onAfterRunFiles(run: RunnerTestFile[]): Promise<void> {
    super.onAfterRunFiles(run);
    if (this.#whole) return;
    for (const { filepath } of run) {
      if (this.#plan.kind === "cover") {
        say({ on: "loaded", file: filepath, ms: spentMs() - this.#began, hits: stryker.mutantCoverage?.static ?? {} });
        continue;
      }
      for (const mutant of this.#plan.whole?.[filepath] ?? []) {
        if (this.#dead.has(mutant)) continue;
        this.#whole = { failed: false };
        this.#wake(filepath, mutant, WHOLE_HITS, true);
        const [file] = await startTests([filepath], this as never);
        this.#sleep(filepath, mutant, this.#whole.failed || file?.result?.state === "fail", true);
        this.#whole = undefined;
      }
    }
  }

  #wake(test: string, mutant: string, hits: number, whole: boolean): void {
    say({ on: "start", test, mutant, whole });
    stryker.hitCount = 0;
    stryker.hitLimit = hits;
    stryker.activeMutant = mutant;
  }

  #sleep(test: string, mutant: string, killed: boolean, whole: boolean): void {
    say({ on: "end", test, mutant, killed, hits: stryker.hitCount ?? 0, whole });
    delete stryker.activeMutant;
    delete stryker.hitCount;
    if (killed) this.#dead.add(mutant);
  }
}

/** Processor time, which is not affected by a busy machine. */
function spentMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function fullName(task: RunnerTask): string {
  const parent = task.suite ? fullName(task.suite) : "";
  return parent ? `${parent} > ${task.name}` : task.name;
}
