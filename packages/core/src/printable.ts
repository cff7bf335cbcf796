/** What a terminal obeys or reorders text by: control characters of C0 and C1, line and paragraph separators, and directional controls. */
const OBEYED = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/**
 * Text of a file, a name, a path or an error as a terminal may show it: on one line, and without anything that a terminal obeys. What is
 * replaced is written as JSON writes it (`\u001b`), so that a line of JSON keeps its value.
 * @param limit characters that are shown at most; more of them end in "…"
 */
export function printable(text: string, limit = Number.POSITIVE_INFINITY): string {
  const shown = text.slice(0, limit).replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.length > limit ? `${shown}…` : shown;
}
