/** A number is printed with its significant digits; `undefined` leaves the cell empty. */
export type Row = Readonly<Record<string, string | number | undefined>>;

/** Measurements, row by row; a row's keys are the column headers. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
  /** Below the table. */
  readonly notes?: readonly string[];
}

/** A table as lines of text: words left-aligned, numbers right-aligned. */
export function tableLines({ title, rows, notes = [] }: Table): string[] {
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = heads.map((head) => {
    const values = rows.map((row) => row[head]);
    const cells = [head, ...values.map((value) => (typeof value === "number" ? digits(value) : (value ?? "")))];
    const width = Math.max(...cells.map((cell) => cell.length));
    const isWords = values.some((value) => typeof value === "string");
    return cells.map((cell) => (isWords ? cell.padEnd(width) : cell.padStart(width)));
  });
  const lines = [undefined, ...rows].map((_, line) => columns.map((cells) => cells[line] ?? "").join("  "));
  return [title, ...lines.map((line) => line.trimEnd()), ...notes];
}

/** `1,234`, `76.4`, `0.831`, and whole numbers as they are. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return "";
  const places = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
}
