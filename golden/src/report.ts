import type { Result } from "./measure.ts";

export interface FileReport {
  readonly file: string;
  readonly checks: readonly Result[];
  readonly notes: readonly string[];
}

const NAME_WIDTH = 44;

/** `ok    cifar/A/alpha0 …  2.2e-16 ≤ 1e-12`. */
export function resultLine({ name, tolerance, error, passed, problem }: Result): string {
  const what = problem ?? `${figure(error)} ${passed ? "≤" : ">"} ${figure(tolerance)}`;
  return `  ${passed ? "ok  " : "FAIL"}  ${name.padEnd(NAME_WIDTH)}  ${what}`;
}

/** One line per file: number of checks, number of failures, and the check with the largest error relative to its tolerance. */
export function summaryLines(files: readonly FileReport[], { seconds, backend }: { seconds: number; backend: string }): string[] {
  const width = Math.max(...files.map(({ file }) => file.length));
  const checks = files.flatMap((file) => file.checks);
  const failed = checks.filter(({ passed }) => !passed).length;
  return [
    ...files.map(({ file, checks }) => `${file.padEnd(width)}  ${countLine(checks)}`),
    `${failed === 0 ? "ok" : "FAIL"}: ${checks.length - failed} of ${checks.length} checks passed on backend ${backend} in ${seconds.toFixed(1)} s`,
  ];
}

function countLine(checks: readonly Result[]): string {
  if (checks.length === 0) return "not checked";
  const failed = checks.filter(({ passed }) => !passed).length;
  const [worst] = checks.toSorted((a, b) => strain(b) - strain(a));
  const passed = `${checks.length - failed} of ${checks.length} passed`;
  return worst ? `${passed}; worst: ${worst.name}, ${worst.problem ?? `${figure(worst.error)} of ${figure(worst.tolerance)}`}` : passed;
}

/** Error of a check relative to its tolerance. */
function strain({ error, tolerance, passed }: Result): number {
  if (tolerance === 0) return passed ? 0 : Infinity;
  return Number.isNaN(error) ? Infinity : error / tolerance;
}

function figure(value: number): string {
  return value === 0 || (Number.isInteger(value) && value < 1e6) ? String(value) : value.toExponential(1).replace(".0e", "e");
}
