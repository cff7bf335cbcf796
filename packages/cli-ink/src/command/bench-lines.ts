import type { ProfileRow } from "@benn/core";
import { count, digits, milliseconds as time, table } from "../run/format.ts";
import type { Measured, Speed, Speeds, StepProfile } from "./bench-results.ts";

/** Images per second as text. */
export function benchLines({ training, evaluation, ...measured }: Speeds): string[] {
  const row = (name: string, { imagesPerSecond: rate, slowest, fastest, millisecondsPerStep, multiplyAddsPerSecond }: Speed): string[] => [
    name,
    digits(rate),
    `${digits(slowest)} to ${digits(fastest)}`,
    digits(millisecondsPerStep),
    digits(multiplyAddsPerSecond / 1e9),
  ];
  const steps = [...new Set([training?.steps, evaluation.steps].filter((n) => n !== undefined))].map((n) =>
    n === 1 ? "1 step" : `${n} steps`,
  );
  return [
    ...subjectLines(measured),
    "",
    ...table([
      ["", "images/s", "slowest to fastest", "ms/step", "GMAC/s"],
      ...(training ? [row("training", training)] : []),
      row("evaluation", evaluation),
    ]),
    "",
    `The median of ${evaluation.rounds === 1 ? "1 round" : `${evaluation.rounds} rounds`} of ${steps.join(" and ")}. Reading and augmenting images comes on top.`,
  ];
}

/**
 * Time per kernel in one step, as text.
 * @param most maximum number of rows
 */
export function profileLines(
  { of, millisecondsPerStep, millisecondsToStart, limits, rows, ...measured }: StepProfile,
  most: number,
): string[] {
  const milliseconds = (of: readonly ProfileRow[]): number => of.reduce((sum, row) => sum + row.milliseconds, 0);
  const all = milliseconds(rows);
  const products = milliseconds(rows.filter(({ macs }) => macs !== undefined));
  const share = (part: number): string => (all > 0 ? ((100 * part) / all).toFixed(1) : "");
  const rest = rows.slice(most);
  const cells = rows.slice(0, most).map((row) => {
    const perSecond = { multiplyAdds: rate(row.macs, row.milliseconds), bytes: rate(row.bytes, row.milliseconds) };
    const reached = row.bound && perSecond[row.bound];
    return [
      row.kernel,
      row.part,
      count(row.calls),
      row.milliseconds.toFixed(2),
      share(row.milliseconds),
      giga(perSecond.multiplyAdds),
      giga(perSecond.bytes),
      limits && row.bound && reached !== undefined ? `${(100 * (reached / limits[row.bound])).toFixed(0)} %` : "",
    ];
  });
  return [
    ...subjectLines(measured),
    "",
    `A step of ${of}: ${time(millisecondsPerStep)}` +
      (millisecondsToStart === undefined ? "" : `, started in ${time(millisecondsToStart)}`) +
      `; its kernels, timed one by one: ${time(all)}` +
      (products > 0 ? `; those with multiply-adds are ${share(products)} % of them` : ""),
    ...(limits ? [`Highest rates seen here: ${giga(limits.multiplyAdds)} GMAC/s of float32, ${giga(limits.bytes)} GB/s of memory`] : []),
    "",
    ...table([["kernel", "part", "calls", "ms", "%", "GMAC/s", "GB/s", "of limit"], ...cells], { left: 2 }),
    ...(rest.length > 0
      ? ["", `${rest.length} more ${rest.length === 1 ? "row" : "rows"}, ${share(milliseconds(rest))} %: --rows ${rows.length}`]
      : []),
  ];
}

function subjectLines({
  architecture,
  binarizer,
  shape,
  classes,
  batchSize,
  gradientAccumulationSteps: parts,
  parameters,
  backend,
  device,
  machine,
}: Measured): string[] {
  return [
    `${architecture}, ${binarizer}: ${count(parameters)} parameters; batches of ${batchSize}${parts > 1 ? ` in ${parts} parts` : ""}, images [${shape.join(", ")}], ${classes} classes`,
    `${backend}: ${device}`,
    `${machine.cores} × ${machine.cpu}, Node ${machine.node.replace("v", "")}, ${machine.platform}`,
  ];
}

/** Amount per second; `undefined` if nothing was counted. */
function rate(amount: number | undefined, milliseconds: number): number | undefined {
  return amount === undefined || !(milliseconds > 0) ? undefined : (1000 * amount) / milliseconds;
}

/** In units of 10⁹. */
function giga(value: number | undefined): string {
  return value === undefined ? "" : (value / 1e9).toFixed(value >= 1e10 ? 0 : 1);
}
