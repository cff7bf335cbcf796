/** Joins as many of the parts, from the first on, as fit into a width: a line that is short of room says less, not half words. */
export function fitting(parts: readonly string[], width: number, separator = " · "): string {
  let line = parts[0] ?? "";
  for (const part of parts.slice(1)) {
    if (line.length + separator.length + part.length > width) break;
    line += separator + part;
  }
  return line;
}
