// Numbers in a readable form: in the page, and in the command's output (`@benn/report/numbers`).
import type { Interval } from "@benn/analysis";
import type { MetricInfo } from "@benn/core";
import { count } from "@benn/core/quantities";

export { bytes, count, milliseconds } from "@benn/core/quantities";

/** `0.5234` → `52.3 %`; undefined values → `–`. */
export function percent(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? "–" : `${(100 * share).toFixed(1)} %`;
}

/** `33.0 to 44.0 %`. */
export function percentRange([low, high]: Interval): string {
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;
}

/** `+4.7 points`, `−0.3 points`. */
export function points(difference: number): string {
  return `${signed(100 * difference)} points`;
}

/** `+1.2 to +6.0`. */
export function pointsRange([low, high]: Interval): string {
  return `${signed(100 * low)} to ${signed(100 * high)}`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

/** `p = 0.012`, `p < 0.001`. */
export function probability(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p < 0.0995 ? p.toFixed(3) : p.toFixed(2)}`;
}

/** Three significant digits, no exponent between a thousandth and a million: losses, ε and alphas. */
export function short(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replaceAll("-", "−");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3).replace("-", "−");
}

/** `1 member`, `5 members`. */
export function countOf(value: number, one: string, more: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}

/** The value of a metric with its unit: `52.3 %`, `1.21`, `0.8 s`; `–` if there is none. */
export function metricText({ unit }: Pick<MetricInfo, "unit">, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (unit === "%") return percent(value);
  return unit === "" ? short(value) : `${short(value)} ${unit}`;
}
