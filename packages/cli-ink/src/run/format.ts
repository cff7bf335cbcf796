// Numbers in a readable form, the same in the dashboard, the plain lines, the tables and the report.
import { printable } from "@benn/core/messages";

export { bytes, count, digits, duration, fineBytes, imagesPerSecond, milliseconds, roughly } from "@benn/core/quantities";
export { percent, short } from "@benn/report/numbers";

/** A running clock: `75` → `1:15`, `4000` → `1:06:40`, two days → `2 d 1 h`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  const tail = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** Rows of cells as aligned lines; the first column left-aligned, the others right-aligned. Text from files is made printable. */
export function table(cells: readonly (readonly string[])[], { gap = 2, left = 1 }: { gap?: number; left?: number } = {}): string[] {
  const rows = cells.map((row) => row.map((cell) => printable(cell)));
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}
