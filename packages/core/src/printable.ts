/** Characters that control a terminal or reorder text: C0 and C1 controls, line and paragraph separators, and directional controls. */
const OBEYED = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/**
 * Makes the text of a file, name, path or error safe for a terminal: a single line without control characters. They are replaced as JSON
 * writes them (`\u001b`), so that a line of JSON keeps its value.
 * @param limit maximum number of characters shown; longer text ends in "…"
 */
export function printable(text: string, limit = Number.POSITIVE_INFINITY): string {
  const shown = text.slice(0, limit).replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return text.length > limit ? `${shown}…` : shown;
}
