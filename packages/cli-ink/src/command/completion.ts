import type { Command } from "commander";
import { completeWords } from "../completion/complete-words.ts";
import { knownNames } from "../completion/known-names.ts";
import { withProjectNames } from "../completion/project-names.ts";
import { runFolders } from "../completion/run-folders.ts";
import { ownCommand } from "../completion/own-command.ts";
import { DIRECTIVE, type Shell, shellScript } from "../completion/shell-scripts.ts";
import { splitLine } from "../completion/split-line.ts";

/** `benn completion`. In a checkout, where nothing is called benn, it also defines the command. */
export function printCompletion(shell: Shell): void {
  process.stdout.write(`${ownCommand(shell)}${shellScript(shell)}`);
}

/**
 * `benn complete`, which shell scripts call: one value per line, followed by a tab and its description, and at the end a directive for the
 * shell.
 * @param line of bash, up to the cursor: bash considers that its last word begins behind the last = or :
 */
export async function printCompletions(program: Command, words: readonly string[], { line }: { readonly line?: string }): Promise<void> {
  const all = line === undefined ? words : splitLine(line).slice(1);
  const cwd = process.cwd();
  const { values, files, open } = await completeWords(program, all, {
    names: async () => await withProjectNames(await knownNames(), cwd),
    runs: (typed) => runFolders(typed, cwd),
  });
  const typed = all.at(-1) ?? "";
  const done = line === undefined ? 0 : Math.max(typed.lastIndexOf("="), typed.lastIndexOf(":")) + 1;
  // The scripts of the other shells prepend the flag of --flag=value to each value themselves.
  const flag = line === undefined ? (/^--[\w-]+=/.exec(typed)?.[0].length ?? 0) : done;
  // A file name may contain any character; a tab separates the value from its description.
  const plain = (text: string): string => text.replaceAll(/[\p{Cc}\s]+/gu, " ");
  const lines = values.map(({ name, description }) => `${plain(name.slice(flag))}\t${plain(description)}`);
  const directive = (open ? DIRECTIVE.noSpace : 0) + (files ? 0 : DIRECTIVE.noFiles);
  process.stdout.write([...lines, `:${directive}`, ""].join("\n"));
}
