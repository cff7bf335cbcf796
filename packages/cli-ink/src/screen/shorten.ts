/** The text, or as much of it as fits into so many cells, with a mark that it goes on. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
