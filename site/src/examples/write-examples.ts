import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectExamples } from "./collect-examples.ts";
import { quickened } from "./example-needs.ts";

/**
 * Writes each example into a file of its own.
 * @param quick whether runs of minutes are made to take seconds
 */
export function writeExamples(folder: string, { quick }: { readonly quick: boolean }): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of collectExamples()) writeFileSync(join(folder, `${name}.ts`), quick ? quickened(code) : code);
}
