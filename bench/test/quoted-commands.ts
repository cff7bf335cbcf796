import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export interface QuotedCommand {
  /** As it stands there. */
  readonly quoted: string;
  /** What follows `pnpm bench`. */
  readonly words: readonly string[];
}

/** Every `pnpm bench NAME …` that the documents quote, once. */
export function quotedCommands(name: string): QuotedCommand[] {
  const texts = globSync(["README.md", "CONTRIBUTING.md", "docs/*.md", "packages/*/README.md"], { cwd: ROOT })
    .toSorted()
    .map((file) => readFileSync(join(ROOT, file), "utf8"));
  const quoted = new Set(
    texts.flatMap((text) => text.match(/(?<=`)pnpm bench [^`]+/g) ?? []).map((command) => command.replaceAll(/\s+/g, " ")),
  );
  return [...quoted]
    .map((command) => ({ quoted: command, words: wordsOf(command).slice(2) }))
    .filter(({ words: [first] }) => first === name);
}

/** As a shell would split it. */
function wordsOf(command: string): string[] {
  return (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
}
