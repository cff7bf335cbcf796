const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];

/** A number that begins a sentence. */
export function inWords(count: number): string {
  return NUMBERS[count] ?? String(count);
}

export function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Two significant digits: browser clocks are not more precise. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** Half the width of the 95 % interval of a share (normal approximation), in percentage points: "± 1.0". */
export function margin(share: number, rows: number): string {
  return `± ${(196 * Math.sqrt((share * (1 - share)) / rows)).toFixed(1)}`;
}
