/** Joins as many of the parts, from the first on, as fit into a width, so that a short line drops whole parts rather than cutting words. */
export function fitting(parts: readonly string[], width: number, separator = " · "): string {
  let line = parts[0] ?? "";
  for (const part of parts.slice(1)) {
    if (line.length + separator.length + part.length > width) break;
    line += separator + part;
  }
  return line;
}
