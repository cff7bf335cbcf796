import { wrap } from "./wrap.ts";

/** A name and its description. */
export type WrappedRow = readonly [head: string, text: string];

/** Width of a list in columns: that of the terminal, up to a readable maximum; 80 in a pipe. */
export function listWidth(columns: number | undefined = process.stdout.columns): number {
  return Math.min(100, Math.max(40, columns ?? 80));
}

/** Rows as lines of at most this width: texts are wrapped within one column. */
export function wrappedTable(rows: readonly WrappedRow[], { width, indent = 0 }: { width: number; indent?: number }): string[] {
  const left = Math.max(0, ...rows.map(([head]) => head.length));
  return rows.flatMap(([head, text]) =>
    wrap(text, Math.max(20, width - indent - left - 2)).map((line, i) =>
      `${" ".repeat(indent)}${(i === 0 ? head : "").padEnd(left)}  ${line}`.trimEnd(),
    ),
  );
}
