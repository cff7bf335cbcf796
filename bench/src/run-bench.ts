import { UserError } from "@benn/core";
import { Command } from "commander";
import { machineLine, thisMachine } from "./machine.ts";
import type { Subject } from "./subject.ts";
import { type Table, tableLines } from "./table.ts";

/** Each is in a file of its name, which is loaded on demand. */
const SUBJECTS: Readonly<Record<string, () => Promise<Subject<never>>>> = {
  anytime: async () => (await import("./anytime.ts")).anytime,
  binarizers: async () => (await import("./binarizers.ts")).binarizers,
  browser: async () => (await import("./browser.ts")).browser,
  conformance: async () => (await import("./conformance.ts")).conformance,
  data: async () => (await import("./data.ts")).data,
  gradients: async () => (await import("./gradients.ts")).gradients,
  infer: async () => (await import("./infer.ts")).infer,
  queue: async () => (await import("./queue.ts")).queue,
  train: async () => (await import("./train.ts")).train,
};

/**
 * `pnpm bench NAME OPTIONS`.
 * @param print called with each line of output: tables as they are ready, or with --json one document at the end
 * @throws UserError if there is no such subject, CommanderError if its options are wrong
 */
export async function runBench([name = "", ...args]: readonly string[], print: (line: string) => void): Promise<void> {
  const subject = await SUBJECTS[name]?.();
  if (!subject) {
    const wrong = name === "" ? "name what to measure" : `there is no "${name}"`;
    throw new UserError(`bench: ${wrong}. There are: ${Object.keys(SUBJECTS).join(", ")}.`);
  }
  const command = subject.describe(new Command(`pnpm bench ${name}`)).option("--json", "print JSON instead of tables", false);
  command.configureOutput({ writeOut: (text) => print(text.trimEnd()) }).exitOverride();
  const { json, ...options } = command.parse(args, { from: "user" }).opts<{ json: boolean }>();
  const machine = thisMachine();
  if (!json) print(machineLine(machine));
  const tables: Table[] = [];
  for await (const table of subject.measure(options as never)) {
    tables.push(table);
    if (!json) for (const line of ["", ...tableLines(table)]) print(line);
  }
  if (json) print(JSON.stringify({ machine, options, tables }, undefined, 2));
}
