// Exams without a test runner: `benn check`, and tests of the exams themselves.
import type * as AllExams from "./index.ts";

/** One rule of an exam. */
export interface ExamResult {
  /** `the voter soft > gives one finite score …` */
  readonly rule: string;
  /** What was thrown, if the rule is broken. */
  readonly error?: unknown;
}

/** Checks a value, as vitest's does. */
export type Expect = (value: unknown, message?: string) => unknown;

export type Exams = typeof AllExams;
type Run = () => unknown;

interface Scope {
  readonly names: readonly string[];
  readonly before: Run[];
  readonly afterEach: Run[];
  readonly after: Run[];
  readonly parts: (Scope | { readonly rule: string; readonly run: Run })[];
}

/**
 * Runs exams one rule after the other. The first call decides that exams of this process are run so, and not by vitest: it must come before
 * anything imports `@benn/core/testing`.
 * @param expect vitest's, or chai's with the matchers of @vitest/expect
 * @param define calls exams, as a test file does
 */
export async function* runExam(expect: Expect, define: (exams: Exams) => void): AsyncGenerator<ExamResult> {
  const top = newScope([]);
  const host = install(expect);
  host.open(top);
  define(await import("./index.ts"));
  yield* runScope(top, [], host);
}

async function* runScope(scope: Scope, outer: readonly Run[], host: CollectingHost): AsyncGenerator<ExamResult> {
  const afterEach = [...outer, ...scope.afterEach];
  const failed = await errorOf(scope.before);
  for (const part of scope.parts) {
    if ("parts" in part) yield* runScope(part, afterEach, host);
    else if (failed) yield { rule: part.rule, error: failed.error };
    else {
      const thrown = await errorOf([part.run]);
      const cleaning = await errorOf([...host.finished.splice(0), ...afterEach]);
      const broken = thrown ?? cleaning;
      yield { rule: part.rule, ...(broken ? { error: broken.error } : {}) };
    }
  }
  await errorOf(scope.after);
}

async function errorOf(runs: readonly Run[]): Promise<{ readonly error: unknown } | undefined> {
  try {
    for (const run of runs) await run();
    return undefined;
  } catch (error) {
    return { error };
  }
}

const newScope = (names: readonly string[]): Scope => ({ names, before: [], afterEach: [], after: [], parts: [] });

interface CollectingHost {
  /** What a rule has asked to be called at its end. */
  readonly finished: Run[];
  open(scope: Scope): void;
}

let installed: CollectingHost | undefined;

function install(expect: Expect): CollectingHost {
  if (installed) return installed;
  let scope = newScope([]);
  const finished: Run[] = [];
  const add = (name: string, run: Run): void => void scope.parts.push({ rule: [...scope.names, name].join(" > "), run });
  const test = Object.assign(add, {
    for: (cases: readonly unknown[]) => (name: string, run: (own: unknown) => unknown) => {
      for (const own of cases) add(name.replace("%s", String(Array.isArray(own) ? own[0] : own)), () => run(own));
    },
  });
  const describe = (name: string, ...rest: readonly unknown[]): void => {
    const outer = scope;
    const inner = newScope([...outer.names, name]);
    outer.parts.push(inner);
    scope = inner;
    (rest.at(-1) as Run)();
    scope = outer;
  };
  const host = {
    expect,
    test,
    describe,
    beforeAll: (run: Run) => void scope.before.push(run),
    afterAll: (run: Run) => void scope.after.push(run),
    afterEach: (run: Run) => void scope.afterEach.push(run),
    onTestFinished: (run: Run) => void finished.push(run),
  };
  (globalThis as { [key: symbol]: unknown })[Symbol.for("benn.exam-host")] = host;
  installed = { finished, open: (own) => void (scope = own) };
  return installed;
}
