/** Spaces at which a line may be broken: not between a number and its unit. */
const BLANK = / (?![%–])(?!(?<=\d )(?:B|[kMGT]B|ms|s|min|h|d|images\/s)(?![\w/]))/;

/** Breaks a line between words to fit a width; tables and other lines that begin with a space stay as they are. */
export function wrap(line: string, width: number): string[] {
  if (line.startsWith(" ") || line.length <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(BLANK)) {
    if (current !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
