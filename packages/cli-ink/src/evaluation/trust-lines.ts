import type { Calibration, EnsembleEvaluation, RiskAtCoverage } from "@benn/analysis";
import { count, short } from "../run/format.ts";
import { percentCell, tableLines } from "./cells.ts";
import { SPLIT_WORDS } from "@benn/analysis";

/** Calibration of the vote's probabilities, as they are and with a fitted temperature. */
export function calibrationLines({ voter, vote }: EnsembleEvaluation): string[] {
  const { calibration, calibrated, temperature, on } = vote;
  const both = [calibration, ...(calibrated ? [calibrated] : [])];
  const row = (what: string, of: (one: Calibration) => string): string[] => [what, ...both.map(of)];
  const fitted =
    temperature === undefined
      ? ["No images are held out, and a temperature fitted on test images would be judged by what it was made from: none is fitted.", ""]
      : [];
  return [
    `Calibration: probabilities of the ${voter} vote${temperature === undefined ? "" : `, and at the temperature that fits the validation images${on === "validation" ? ", these same ones" : ""}`}`,
    "",
    ...tableLines([
      ["", "as it votes", ...(temperature === undefined ? [] : [`temperature ${short(temperature)}`])],
      row("negative log likelihood", (one) => short(one.negativeLogLikelihood)),
      row("Brier score", (one) => short(one.brier)),
      row("expected calibration error %", (one) => percentCell(one.expectedCalibrationError)),
    ]),
    ...fitted,
    ...tableLines([
      ["probability", "images", "mean %", "right %"],
      ...both
        .at(-1)!
        .bins.filter(({ rows }) => rows > 0)
        .map(({ low, high, rows, confidence, accuracy }) => [
          `${low.toFixed(2)}–${high.toFixed(2)}`,
          count(rows),
          percentCell(confidence),
          percentCell(accuracy),
        ]),
    ]),
  ];
}

/** The error rate among the most confident predictions. */
export function riskLines({ vote: { on, riskCoverage } }: EnsembleEvaluation): string[] {
  const { area, points } = riskCoverage;
  const tenths = points.filter((_, i) => (i + 1) % Math.max(1, Math.ceil(points.length / 10)) === 0);
  const row = (what: string, of: (point: RiskAtCoverage) => string): string[] => [what, ...tenths.map(of)];
  return [
    `Risk against coverage: errors if only the surest ${SPLIT_WORDS[on]} images are answered (area ${short(area)})`,
    "",
    ...tableLines(
      [
        row("answered %", ({ coverage }) => (100 * coverage).toFixed(0)),
        row("wrong %", ({ risk }) => percentCell(risk)),
        row("surer than %", ({ confidence }) => percentCell(confidence)),
      ],
      { gap: 1 },
    ),
  ];
}
