import { bold, cut, dim, type Line, span } from "./line.ts";
import type { KeyWords } from "./view.ts";

interface FooterProps {
  readonly columns: number;
  /** A pending request, or why nothing happens. */
  readonly note: string | undefined;
  /** Keys of the run and of the view, most important first; the key to leave comes last. */
  readonly keys: readonly KeyWords[];
  readonly last: KeyWords;
}

/** The last line: the keys that are active now. If not all fit, help and the key to leave remain; help lists the others. */
export function footer({ columns, note, keys, last }: FooterProps): Line {
  const shown: KeyWords[] = [["?", "help"], ...keys, last];
  const room = columns - (note === undefined ? 0 : note.length + 2);
  const width = (): number => shown.reduce((sum, [key, does]) => sum + key.length + 1 + does.length + 2, -2);
  while (shown.length > 2 && width() > room) shown.splice(-2, 1);
  return cut(
    [
      ...(note === undefined ? [] : [bold(`${note}  `, "warn")]),
      ...shown.flatMap(([key, does], i) => [span(i === 0 ? "" : "  "), bold(key), dim(` ${does}`)]),
    ],
    columns,
  );
}
