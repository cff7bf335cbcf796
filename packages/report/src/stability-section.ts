import type { Estimate, MeasuredNoise, Stability } from "@benn/analysis";
import * as Plot from "@observablehq/plot";
import { chart, series } from "./chart.ts";
import { figure } from "./figure.ts";
import { heading, type Level } from "./heading.ts";
import { html, type Html } from "./html.ts";
import { legend } from "./legend.ts";
import { count, countOf, percent, percentRange } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

const COLOURS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];

const TITLES: Readonly<Record<MeasuredNoise["kind"], string>> = {
  weights: "Bits of weights flipped",
  activations: "Bits of activations flipped",
  images: "Normal noise on images",
};

/** How much predictions change under noise, and between trainings, by the number of voting members. */
export function stabilitySection(stability: NonNullable<ReportedRun["stability"]>, level: Level): Html {
  const { noise, retrainings, notes, isCurrent, rows, draws, members, voter } = stability;
  const kinds = [...Map.groupBy(noise, ({ kind }) => kind)];
  return html`${
    !isCurrent &&
    html`<p>
      <strong>Measured before the run changed</strong>, of ${countOf(members.length, "member")}: <code>benn stability --keep</code> measures
      it anew.
    </p>`
  }${
    noise.length > 0 &&
    html`<p class="quiet">
        Noise of each level was drawn ${draws} times on ${count(rows)} test images; intervals are 95 %, by bootstrap over draws.
      </p>
      ${noiseTable(stability)}
      <div class="charts">${kinds.map(([kind, levels]) => noiseChart(TITLES[kind], levels, voter))}</div>`
  }${retrainings && retrainingsOf(retrainings, level)}${notes.map((note) => html`<p class="quiet">${note}</p>`)}`;
}

/** `2 %`, `σ 0.1`, `σ 8 pixel values`. */
function levelOf({ level, unit }: MeasuredNoise): string {
  const number = (value: number): string => String(Number(value.toPrecision(3)));
  return unit === "share" ? `${number(100 * level)} %` : `σ ${number(level)}${unit === "pixels" ? " pixel values" : ""}`;
}

function cell({ value, interval }: Estimate): Html {
  return html`${percent(value)} <span class="quiet">(${percentRange(interval)})</span>`;
}

function noiseTable({ noise, clean, members, voter }: Stability): Html {
  return table(
    [
      { head: "Noise", text: true },
      { head: "Level" },
      { head: "Single: class changes" },
      { head: "Vote: class changes" },
      { head: "Vote over single" },
      { head: "Single: scores move" },
      { head: "Vote: scores move" },
      { head: "Accuracy of the vote" },
    ],
    [
      ["none", "", "", "", "", "", "", percent(clean.stages.at(-1))],
      ...noise.map((own) => {
        const vote = own.stages.at(-1)!;
        const { changed } = own.ratio;
        return [
          own.kind,
          levelOf(own),
          cell(own.single.changed),
          cell(vote.changed),
          changed
            ? html`${changed.value.toFixed(2)} <span class="quiet">(${changed.interval.map((x) => x.toFixed(2)).join(" to ")})</span>`
            : "–",
          cell(own.single.moved),
          cell(vote.moved),
          cell(vote.accuracy),
        ];
      }),
    ],
    { caption: `A single member on average and the ${voter} vote of ${countOf(members.length, "member")} under noise` },
  );
}

function noiseChart(title: string, levels: readonly MeasuredNoise[], voter: string): Html {
  const curves = levels.map((own, i) => ({
    id: `level-${i + 1}`,
    name: levelOf(own),
    colour: COLOURS[i % COLOURS.length]!,
    single: own.single.changed.value,
    stages: own.stages.map(({ changed, moved, accuracy }, k) => ({ members: k + 1, ...changed, moved, accuracy })),
  }));
  const ends = curves.map(
    ({ name, single, stages }) => `${percent(single)} of a member alone and ${percent(stages.at(-1)!.value)} of the vote at ${name}`,
  );
  const finding = `${title}: images whose class changes, by members that vote: ${ends.join("; ")}.`;
  const drawing = chart({
    finding,
    x: { label: "members that vote", tickFormat: "d", interval: 1 },
    y: { label: "class changes, %", percent: true, grid: true, zero: true, nice: true },
    marks: curves.flatMap(({ id, colour, single, stages }) => [
      Plot.areaY(stages, {
        x: "members",
        y1: (d: Estimate) => d.interval[0],
        y2: (d: Estimate) => d.interval[1],
        fill: colour,
        fillOpacity: 0.15,
        ...series(id),
      }),
      Plot.ruleY([single], { stroke: colour, strokeDasharray: "2 4", ...series(id) }),
      Plot.line(stages, { x: "members", y: "value", stroke: colour, strokeWidth: 2, ...series(id) }),
      Plot.dot(stages.slice(-1), { x: "members", y: "value", fill: colour, r: 3.5, ...series(id) }),
    ]),
  });
  const caption = html`${title}: images whose class changes, by members in the ${voter} vote. Dotted: a member alone, on average.`;
  return html`<div>
    ${legend(curves.map(({ id, name, colour }) => ({ name: id, text: name, colour })))}${figure(drawing, caption, {
      title: title.toLowerCase(),
      numbers: [
        ["level", "members", "class changes", "low", "high", "scores move", "low", "high", "accuracy", "low", "high"],
        ...curves.flatMap(({ name, stages }) =>
          stages.map(({ members, value, interval, moved, accuracy }) => [
            name,
            members,
            value,
            ...interval,
            moved.value,
            ...moved.interval,
            accuracy.value,
            ...accuracy.interval,
          ]),
        ),
      ],
    })}
  </div>`;
}

function retrainingsOf({ runs, rows, stages }: NonNullable<Stability["retrainings"]>, level: Level): Html {
  const [first, last] = [stages[0]!, stages.at(-1)!];
  const churn = stages.map(({ members, churn: own }) => ({ members, ...own }));
  const finding =
    `Between ${runs.length} trainings that differ by seed alone, ${percent(first.churn.value)} of ${count(rows)} test images change class ` +
    `with 1 member that votes, ${percent(last.churn.value)} with ${last.members}.`;
  const drawing = chart({
    finding,
    x: { label: "members that vote", tickFormat: "d", interval: 1 },
    y: { label: "churn, %", percent: true, grid: true, zero: true, nice: true },
    marks: [
      Plot.areaY(churn, {
        x: "members",
        y1: (d: Estimate) => d.interval[0],
        y2: (d: Estimate) => d.interval[1],
        fill: "var(--c1)",
        fillOpacity: 0.15,
      }),
      Plot.line(churn, { x: "members", y: "value", stroke: "var(--c1)", strokeWidth: 2 }),
      Plot.dot(churn.slice(-1), { x: "members", y: "value", fill: "var(--c1)", r: 3.5 }),
    ],
  });
  return html`${heading(level, "Other trainings")}
    <p>${finding} The runs: ${runs.map(({ folder, seed }, i) => html`${i > 0 && ", "}<code>${folder}</code> (seed ${seed})`)}.</p>
    ${figure(drawing, "Images with another class in another training, by members that vote; intervals by bootstrap over images.", {
      title: "churn",
      numbers: [
        [
          "members",
          "churn",
          "low",
          "high",
          "scores move",
          "mean accuracy",
          "low",
          "high",
          "standard deviation",
          ...runs.map(({ seed }) => `seed ${seed}`),
        ],
        ...stages.map(({ members, churn: own, moved, accuracy, accuracies }) => [
          members,
          own.value,
          ...own.interval,
          moved,
          accuracy.mean,
          ...accuracy.interval,
          accuracy.deviation,
          ...accuracies,
        ]),
      ],
    })}`;
}
