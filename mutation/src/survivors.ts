import { readFileSync } from "node:fs";
import type { Mutant } from "./mutants.ts";

/** How survivors.md lists a mutant: one line for all equal ones of a file. */
export const written = ({ original, replacement }: Pick<Mutant, "original" | "replacement">) => `\`${original}\` → \`${replacement}\``;

/**
 * The survivors with a reason: `## FILE`, then `- REASON`, under it `  - \`original\` → \`mutant\`` for each.
 * @returns reasons by `FILE\0written`
 */
export function readSurvivors(path: string): Map<string, string> {
  const reasons = new Map<string, string>();
  let [file, reason] = ["", ""];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line.startsWith("## ")) file = line.slice(3).trim();
    else if (line.startsWith("- ")) reason = line.slice(2);
    else if (line.startsWith("  - ")) reasons.set(`${file}\0${line.slice(4)}`, reason);
  }
  return reasons;
}
