import type { Command } from "commander";
import { completeWords } from "../completion/complete-words.ts";
import { knownNames } from "../completion/known-names.ts";
import { runFolders } from "../completion/run-folders.ts";
import { DIRECTIVE, type Shell, shellScript } from "../completion/shell-scripts.ts";
import { splitLine } from "../completion/split-line.ts";

/** `benn completion` */
export function printCompletion(shell: Shell): void {
  process.stdout.write(shellScript(shell));
}

/**
 * `benn complete`, which the scripts of shells call: a value a line, with its description behind a tab, and at the end how the shell goes on.
 * @param line of bash, up to the cursor: its last word begins behind the last = or :, as bash sees it
 */
export async function printCompletions(program: Command, words: readonly string[], { line }: { readonly line?: string }): Promise<void> {
  const all = line === undefined ? words : splitLine(line).slice(1);
  const cwd = process.cwd();
  const { values, files, open } = await completeWords(program, all, {
    names: () => knownNames(),
    runs: (typed) => runFolders(typed, cwd),
  });
  const typed = all.at(-1) ?? "";
  const done = line === undefined ? 0 : Math.max(typed.lastIndexOf("="), typed.lastIndexOf(":")) + 1;
  // The scripts of the other shells put the flag of --flag=value before each value themselves.
  const flag = line === undefined ? (/^--[\w-]+=/.exec(typed)?.[0].length ?? 0) : done;
  // A file's name may hold anything; a tab parts the value from its description.
  const plain = (text: string): string => text.replaceAll(/[\p{Cc}\s]+/gu, " ");
  const lines = values.map(({ name, description }) => `${plain(name.slice(flag))}\t${plain(description)}`);
  const directive = (open ? DIRECTIVE.noSpace : 0) + (files ? 0 : DIRECTIVE.noFiles);
  process.stdout.write([...lines, `:${directive}`, ""].join("\n"));
}
