import { printable } from "@benn/core/messages";
import { wrap } from "../run/wrap.ts";
import { listWidth } from "../run/wrapped-table.ts";

/** Writes text to standard output. Control characters from files and names are made harmless. */
export function print(text: string): void {
  process.stdout.write(printableLines(text));
}

/** Prints lines, with sentences wrapped to the width of the terminal, or 80 columns. */
export function printLines(lines: readonly string[]): void {
  print(`${lines.flatMap((line) => wrap(line, listWidth())).join("\n")}\n`);
}

/** Prints text on standard error. On a terminal it is wrapped; in a log a message stays on one line, so that it can be searched. */
export function say(text: string): void {
  const { isTTY, columns } = process.stderr;
  const lines = text.split("\n");
  process.stderr.write(printableLines((isTTY ? lines.flatMap((line) => wrap(line, listWidth(columns))) : lines).join("\n")));
}

/** A sentence about what was left out or is not as it should be, on standard error. */
export function warn(sentence: string): void {
  say(`benn: ${sentence}\n`);
}

/** A value as JSON, indented. */
export function printJson(value: unknown): void {
  print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Text of several lines without terminal control characters. */
export function printableLines(text: string): string {
  return text
    .split("\n")
    .map((line) => printable(line))
    .join("\n");
}
