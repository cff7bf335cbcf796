import { printable } from "@benn/core/messages";
import { wrap } from "../run/wrap.ts";
import { listWidth } from "../run/wrapped-table.ts";

/** Writes text to standard output; what files and names bring along does nothing to a terminal. */
export function print(text: string): void {
  process.stdout.write(printableLines(text));
}

/** Lines, with sentences broken between words to the width of the terminal, or 80 columns. */
export function printLines(lines: readonly string[]): void {
  print(`${lines.flatMap((line) => wrap(line, listWidth())).join("\n")}\n`);
}

/** Text on standard error. A terminal gets it broken between words; a log gets a message on one line, to be searched. */
export function say(text: string): void {
  const { isTTY, columns } = process.stderr;
  const lines = text.split("\n");
  process.stderr.write(printableLines((isTTY ? lines.flatMap((line) => wrap(line, listWidth(columns))) : lines).join("\n")));
}

/** A value as JSON, indented. */
export function printJson(value: unknown): void {
  print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Text of several lines without anything that a terminal obeys. */
export function printableLines(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line))
    .join("\n");
}
