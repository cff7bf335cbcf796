import { createContainer, type DependencyContainer } from "@benn/core";
import { type ExamResult, type Expect, printable, runExam } from "@benn/core/internals";
import { installResolver, loadPlugins } from "@benn/core/node";
import { chai, customMatchers, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import { builtInPlugins } from "../built-in-plugins.ts";
import { defaults } from "../defaults.ts";
import { wrap } from "../run/wrap.ts";
import { listWidth } from "../run/wrapped-table.ts";
import { Exit } from "./failure.ts";
import { examsOf, type PluginExam } from "./plugin-exams.ts";
import { print, printJson } from "./print.ts";
import { absolutePlugin } from "./read-config-file.ts";

export interface CheckPluginOptions {
  /** `NAME.option=value` */
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** What a registered thing did in the exam of its kind. Plain JSON. */
export interface CheckedPart {
  readonly key: string;
  readonly name: string;
  /** Rules that it keeps. */
  readonly passed: number;
  readonly broken: readonly { readonly rule: string; readonly reason: string }[];
  /** Why there was no exam, a sentence. */
  readonly notChecked?: string;
}

/** `benn check PLUGIN`: the conformance tests of everything that a plugin registers. Exit code 1 if a rule is broken. */
export async function checkPlugin(source: string, { set = [], json = false }: CheckPluginOptions): Promise<void> {
  const cwd = process.cwd();
  const { container, name } = await loadAlone(absolutePlugin(source, cwd), cwd);
  console.warn = () => {}; // TensorFlow.js greets whoever takes its kernels in JavaScript
  const parts: CheckedPart[] = [];
  for (const exam of examsOf(container, name, set)) {
    const part = await take(exam);
    if (!json) print(`${linesOf(part).join("\n")}\n`);
    parts.push(part);
  }
  if (json) printJson({ plugin: name, parts });
  else if (parts.length === 0) print(`${name}: registers nothing.\n`);
  if (parts.some(({ broken }) => broken.length > 0)) throw new Exit(1);
}

/** @returns its own name too, which a path does not say */
async function loadAlone(source: string, cwd: string): Promise<{ readonly container: DependencyContainer; readonly name: string }> {
  installResolver(cwd);
  const container = createContainer({ defaults });
  const builtIn = builtInPlugins.find((plugin) => plugin.name === source);
  const loaded = await loadPlugins(container, builtIn ? builtInPlugins : [...builtInPlugins, source], { cwd });
  const name = builtIn?.name ?? loaded.find((own) => own.source === source)?.name ?? source;
  return { container, name };
}

async function take({ key, name, exam, why }: PluginExam): Promise<CheckedPart> {
  if (!exam) return { key, name, passed: 0, broken: [], ...(why === undefined ? {} : { notChecked: why }) };
  const results: ExamResult[] = [];
  for await (const result of runExam(matchers(), exam)) results.push(result);
  const broken = results.filter(({ error }) => error !== undefined);
  return {
    key,
    name,
    passed: results.length - broken.length,
    broken: broken.map(({ rule, error }) => ({ rule: rule.split(" > ").slice(1).join(" > "), reason: reasonOf(error) })),
  };
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim();
}

let expect: Expect | undefined;

/** Vitest's matchers, without vitest. */
function matchers(): Expect {
  if (expect) return expect;
  chai.use(JestExtend);
  chai.use(JestChaiExpect);
  chai.use(JestAsymmetricMatchers);
  const own = chai.expect as unknown as Expect & { extend(expect: unknown, matchers: object): void };
  own.extend(own, customMatchers);
  return (expect = own);
}

function linesOf({ key, name, passed, broken, notChecked }: CheckedPart, width: number = listWidth()): string[] {
  const indented = (text: string, by: number): string[] =>
    text.split("\n").flatMap((line) => wrap(printable(line), width - by).map((own) => " ".repeat(by) + own));
  if (notChecked !== undefined) return [`- ${key} ${name}`, ...indented(notChecked, 4)];
  const rules = passed + broken.length;
  return [
    `${broken.length === 0 ? "✓" : "✗"} ${key} ${name}: ${passed} of ${rules} rules`,
    ...broken.flatMap(({ rule, reason }) => [...indented(`✗ ${rule}`, 4), ...indented(reason, 6)]),
  ];
}
