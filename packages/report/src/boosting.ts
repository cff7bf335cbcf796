import * as Plot from "@observablehq/plot";
import { chart } from "./chart.ts";
import { figure } from "./figure.ts";
import { heading, type Level } from "./heading.ts";
import { html, type Html } from "./html.ts";
import { count, percent } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";

/** The development of the sample weights, round by round. */
export function boosting({ sampleWeights: rounds, heaviest, evaluation: { classes }, images }: ReportedRun, level: Level = 3): Html {
  const last = rounds.at(-1);
  if (!last) return html`<p>All training images weigh the same.</p>`;
  const names = rounds.map(({ member }) => member + 1);
  const cells = rounds.flatMap(({ member, rows, bins }) =>
    bins.map(({ low, rows: own }) => ({ member: member + 1, low, rows: own, share: own / rows })),
  );
  const lows = cells.map(({ low }) => low);
  const all = Array.from({ length: Math.max(...lows) - Math.min(...lows) + 1 }, (_, i) => Math.max(...lows) - i);
  const share = last.effective / last.rows;
  const finding = `Weights of ${count(last.rows)} training images by round: in the last one they count as much as ${count(last.effective)} of equal weight (${percent(share)}).`;
  const ticks = names.length <= 12 ? names : names.filter((_, i) => i % Math.ceil(names.length / 10) === 0);
  const weights = chart({
    finding,
    x: { label: "trained with them: member", ticks, domain: names, padding: 0.06 },
    y: {
      label: "times the mean weight",
      domain: all,
      tickFormat: (low: number) => (low < 0 ? `1/${2 ** -low}` : String(2 ** low)),
      padding: 0.06,
    },
    marginLeft: 54,
    opacity: { type: "linear", domain: [0, Math.max(...cells.map((cell) => cell.share))], range: [0.06, 1] },
    color: { type: "identity" },
    marks: [Plot.cell(cells, { x: "member", y: "low", fill: "var(--c4)", fillOpacity: "share" })],
  });
  const effective = rounds.map(({ member, rows, effective: size }) => ({ member: member + 1, share: size / rows }));
  const sizes = chart({
    finding: `Effective sample size by round: ${percent(effective[0]?.share)} of the images in the first, ${percent(share)} in the last.`,
    x: { label: "member", ticks, tickFormat: "d" },
    y: { label: "effective sample size, %", percent: true, domain: [0, 100], grid: true },
    marks: [
      Plot.line(effective, { x: "member", y: "share", stroke: "var(--c4)", strokeWidth: 2 }),
      Plot.dot(effective, { x: "member", y: "share", fill: "var(--c4)", r: 2.5 }),
    ],
  });
  return html`<div class="charts">
      ${figure(
        weights,
        html`${finding} A column is a round’s histogram: each row of cells holds the weights from its multiple of the mean to twice that.`,
        {
          title: "histogram of sample weights",
          numbers: [["member", "from (times the mean)", "images"], ...cells.map(({ member, low, rows }) => [member, 2 ** low, rows])],
        },
      )}${figure(
        sizes,
        html`Effective sample size (Σ w)² / Σ w²: ${percent(effective[0]?.share)} of the images in the first round, ${percent(share)} in the
        last.`,
        {
          title: "effective sample size",
          numbers: [["member", "effective", "images"], ...rounds.map(({ member, effective: size, rows }) => [member + 1, size, rows])],
        },
      )}
    </div>
    ${
      heaviest.length > 0 &&
      html`${heading(level, "The heaviest images of the last round")}
        ${images.note !== undefined && html`<p class="quiet">${images.note}</p>`}
        <ul class="gallery small">
          ${heaviest.map(
            ({ row, source, label, times }) =>
              html`<li>
                <img src="${source}" width="64" height="64" alt="${classes[label]}, row ${row}" />
                <p>${classes[label]}, ${times.toFixed(2)} × mean</p>
              </li>`,
          )}
        </ul>`
    }`;
}
