import { printable } from "@benn/core/messages";

/** Writes text to standard output; what files and names bring along does nothing to a terminal. */
export function print(text: string): void {
  process.stdout.write(printableLines(text));
}

/** The same on standard error. */
export function say(text: string): void {
  process.stderr.write(printableLines(text));
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
