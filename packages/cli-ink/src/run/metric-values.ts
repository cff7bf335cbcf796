// Values of metrics in a readable form, from a metric's own title, unit and direction.
import type { MetricInfo } from "@benn/core";
import { metricText } from "@benn/report/numbers";
import { short } from "./format.ts";

export { metricText };

/** A value in a column headed by `metricHead`. */
export function metricCell(metric: MetricInfo, value: number | undefined): string {
  return metric.unit === "%" ? metricText(metric, value).replace(" %", "") : metricText({ ...metric, unit: "" }, value);
}

/** A short form: `52.3 %`; other units are left out. */
export function metricLabel(metric: MetricInfo, value: number | undefined): string {
  return metric.unit === "%" ? metricText(metric, value) : metricCell(metric, value);
}

/** `accuracy %`. */
export function metricHead({ title, unit }: MetricInfo): string {
  return unit === "" ? title : `${title} ${unit}`;
}

export function isBetter({ better }: MetricInfo, value: number, than: number): boolean {
  return better === "higher" ? value > than : value < than;
}

/** `3.8 points better`, `0.031 worse`, `equal`: values in percent differ by percentage points. Undefined if either value is missing. */
export function comparison(metric: MetricInfo, value: number, baseline: number): string | undefined {
  if (!Number.isFinite(value) || !Number.isFinite(baseline)) return undefined;
  const difference = Math.abs(value - baseline);
  const inPoints = metric.unit === "%";
  const size = inPoints ? (100 * difference).toFixed(1) : short(difference);
  if (Number(size) === 0) return "equal";
  const unit = inPoints ? " points" : metric.unit && ` ${metric.unit}`;
  return `${size}${unit} ${isBetter(metric, value, baseline) ? "better" : "worse"}`;
}
