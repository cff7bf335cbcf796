import type { Calibration } from "@benn/analysis";
import * as Plot from "@observablehq/plot";
import { SPLIT_WORDS } from "@benn/analysis";
import { chart, series } from "./chart.ts";
import { figure } from "./figure.ts";
import { heading, type Level } from "./heading.ts";
import { html, type Html, type Value } from "./html.ts";
import { legend } from "./legend.ts";
import { percent, short } from "./numbers.ts";
import type { DisputedImage, ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** Whether its probabilities are calibrated, which confident predictions are wrong, and about which images its members disagree. */
export function trust({ evaluation, images }: ReportedRun, level: Level = 3): Html {
  const { vote, classes } = evaluation;
  return html`<div class="charts">${reliability(evaluation)}${riskAgainstCoverage(evaluation)}</div>
    ${measures(evaluation)}${
      images.disputed.length > 0 &&
      html`${heading(level, `The most disputed ${SPLIT_WORDS[vote.on]} images`)}
        ${images.note !== undefined && html`<p class="quiet">${images.note}</p>`}
        <ul class="gallery disputed">
          ${images.disputed.map((image) => disputed(image, classes))}
        </ul>`
    }`;
}

function reliability({ vote, voter }: ReportedRun["evaluation"]): Html {
  const filled = ({ bins }: Calibration) => bins.filter(({ rows }) => rows > 0);
  const before = filled(vote.calibration);
  const after = vote.calibrated ? filled(vote.calibrated) : [];
  const error = (one: Calibration): string => percent(one.expectedCalibrationError);
  const finding =
    `Reliability of the ${voter} vote’s probabilities: expected calibration error ${error(vote.calibration)} as it votes` +
    (vote.calibrated && vote.temperature !== undefined ? `, ${error(vote.calibrated)} at temperature ${short(vote.temperature)}.` : ".");
  const mark = (points: readonly Calibration["bins"][number][], colour: string, name: string, symbol: "circle" | "square") => [
    Plot.line(points, { x: "confidence", y: "accuracy", stroke: colour, ...series(name) }),
    Plot.dot(points, { x: "confidence", y: "accuracy", fill: colour, symbol, r: "rows", ...series(name) }),
  ];
  const drawing = chart({
    finding,
    height: 320,
    x: { label: "probability, %", percent: true, domain: [0, 100] },
    y: { label: "right, %", percent: true, domain: [0, 100], grid: true },
    r: { range: [0, 9] },
    marks: [
      Plot.line([0, 1], { x: (d: number) => d, y: (d: number) => d, stroke: "var(--muted)", strokeDasharray: "4 4" }),
      ...mark(before, "var(--c2)", "before", "square"),
      ...(after.length > 0 ? mark(after, "var(--c1)", "after", "circle") : []),
    ],
  });
  const numbers = [
    ["temperature", "low", "high", "images", "probability", "right"],
    ...[...before.map((bin) => ({ when: "as it votes", ...bin })), ...after.map((bin) => ({ when: short(vote.temperature), ...bin }))].map(
      (bin) => [bin.when, bin.low, bin.high, bin.rows, bin.confidence, bin.accuracy],
    ),
  ];
  return html`<div>
    ${legend([
      { name: "before", text: "as it votes", colour: "var(--c2)" },
      ...(after.length > 0 ? [{ name: "after", text: `at temperature ${short(vote.temperature)}`, colour: "var(--c1)" }] : []),
    ])}${figure(drawing, html`${finding} On the dashed line probabilities are true; a mark is as large as it has images.`, { title: "reliability", numbers })}
  </div>`;
}

function riskAgainstCoverage({ vote }: ReportedRun["evaluation"]): Html {
  const { points, area } = vote.riskCoverage;
  const half = points.find(({ coverage }) => coverage >= 0.5);
  const all = points.at(-1);
  const finding = `Risk against coverage: ${percent(all?.risk)} of all answers are wrong, ${percent(half?.risk)} of the surer half; area ${short(area)}.`;
  const drawing = chart({
    finding,
    height: 320,
    x: { label: "answered, %", percent: true, domain: [0, 100] },
    y: { label: "wrong among them, %", percent: true, grid: true, zero: true, nice: true },
    marks: [
      Plot.areaY(points, { x: "coverage", y: "risk", fill: "var(--c3)", fillOpacity: 0.15 }),
      Plot.line(points, { x: "coverage", y: "risk", stroke: "var(--c3)", strokeWidth: 2 }),
    ],
  });
  return html`<div>
    <ul class="legend">
      <li>Errors if only the surest images are answered</li>
    </ul>
    ${figure(drawing, finding, {
      title: "risk against coverage",
      numbers: [["coverage", "risk", "confidence"], ...points.map(({ coverage, risk, confidence }) => [coverage, risk, confidence])],
    })}
  </div>`;
}

function measures({ vote: { calibration, calibrated, temperature } }: ReportedRun["evaluation"]): Html {
  const row = (name: string, of: (one: Calibration) => string): Value[] => [name, of(calibration), ...(calibrated ? [of(calibrated)] : [])];
  return html`${table(
    [{ head: "Calibration", text: true }, { head: "As it votes" }, ...(calibrated ? [{ head: `Temperature ${short(temperature)}` }] : [])],
    [
      row("negative log likelihood", (one) => short(one.negativeLogLikelihood)),
      row("Brier score", (one) => short(one.brier)),
      row("expected calibration error", (one) => percent(one.expectedCalibrationError)),
    ],
    { caption: "What its probabilities are worth" },
  )}${!calibrated && html`<p class="quiet">No images are held out, so no temperature is fitted.</p>`}`;
}

function disputed({ row, source, label, predicted, votes }: DisputedImage, classes: readonly string[]): Html {
  const counts = new Map<number, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  const tally = [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]);
  return html`<li>
    <img src="${source}" width="64" height="64" alt="${classes[label]}, row ${row}" />
    <div>
      <p><strong>${classes[label]}</strong>, ${label === predicted ? "right" : html`answered <strong>${classes[predicted]}</strong>`}</p>
      <p class="quiet">${tally.map(([vote, times], i) => html`${i > 0 && ", "}${classes[vote]} ${times}`)}</p>
      <details>
        <summary>Each member’s vote</summary>
        <p>${votes.map((vote, i) => html`${i > 0 && ", "}${i + 1} ${classes[vote]}`)}</p>
      </details>
    </div>
  </li>`;
}
