// Amounts in a readable form, the same in every message, table and page: kB and MB of 1000, ms, s, min, h and d. Imports nothing.

/** `1234567` → `1,234,567`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `999 B`, `61.2 kB`, `482 kB`, `3.2 GB`. */
export function bytes(size: number): string {
  return inUnits(size, (scaled) => (scaled >= 99.95 ? String(Math.round(scaled)) : scaled.toFixed(1)));
}

/** Always with three digits, to compare sizes that are nearly equal: `1.41 MB`. */
export function fineBytes(size: number): string {
  return inUnits(size, digits);
}

function inUnits(size: number, text: (scaled: number) => string): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  if (power === 0) return `${Math.round(size)} B`;
  const scaled = size / 1000 ** power;
  // 999.6 kB would round to 1000 kB.
  if (power < units.length - 1 && Math.round(scaled) >= 1000) return inUnits(1000 ** (power + 1), text);
  return `${text(scaled)} ${units[power] ?? ""}`;
}

/** A number above 0 with three digits: `0.0312`, `1.84`, `12.3`, `1,234`. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return size >= 99.95 ? count(value) : value.toFixed(size >= 9.995 ? 1 : size >= 0.9995 || size === 0 ? 2 : size >= 0.09995 ? 3 : 4);
}

/** `0.083 ms`, `12.3 ms`; from one second on as a duration. */
export function milliseconds(value: number): string {
  return value >= 1000 ? duration(value / 1000) : `${digits(value)} ms`;
}

/** `1.2 s`, `45 s`, `1 min 15 s`, `1 h 7 min`, `2 d 1 h`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** An estimated duration, rounded accordingly: `4 s`, `50 s`, `8 min`, `1 h 20 min`, `3 d`. */
export function roughly(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 19.5) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 57.5) return `${5 * Math.round(seconds / 5)} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `${minutes} min`;
  const tens = Math.round(minutes / 10);
  if (tens < 144) return pair(Math.floor(tens / 6), "h", 10 * (tens % 6), "min");
  return pair(Math.floor(Math.round(minutes / 60) / 24), "d", Math.round(minutes / 60) % 24, "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `0.834 images/s`, `19.3 images/s`, `1,975 images/s`. */
export function imagesPerSecond(rate: number): string {
  return `${digits(rate)} images/s`;
}
