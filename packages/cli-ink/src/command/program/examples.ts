import type { Command } from "commander";
import { listWidth } from "../../run/wrapped-table.ts";
import { commandName } from "../command-name.ts";

/** What to type after the command's name, and what it does. */
export type Example = readonly [args: string, does: string];

/** Appends examples to the command's help. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  return command.addHelpText("after", ({ command: shown }) => {
    const width = Math.min(shown.configureOutput().getOutHelpWidth?.() ?? listWidth(), listWidth());
    return `\nExamples:\n${examples.map(([args, does]) => exampleLines(args, does, width).join("\n")).join("\n")}`;
  });
}

/** The command on one line, or on several lines that a shell reads as one. */
export function exampleLines(args: string, does: string, width: number, benn: string = commandName()): string[] {
  const lines: string[] = [];
  let line = `  $ ${benn}`;
  for (const word of args.split(" ")) {
    if (line.length + word.length + 3 > width) {
      lines.push(`${line} \\`);
      line = `      ${word}`;
    } else line += ` ${word}`;
  }
  return [`  # ${does}`, ...lines, line];
}
