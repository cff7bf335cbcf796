import * as Plot from "@observablehq/plot";
import { SPLIT_WORDS } from "@benn/analysis";
import { finalVote } from "./answer.ts";
import { chart, series } from "./chart.ts";
import { figure } from "./figure.ts";
import { html, type Html } from "./html.ts";
import { legend } from "./legend.ts";
import { bytes, percent, percentRange, short } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

const COLOURS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];
const DASHES = ["", "6 3", "2 2", "8 3 2 3", "1 3", "12 3"];

/** Several runs compared: their accuracy, their staged votes in one chart, and the differences of their configurations. */
export function severalRuns(runs: readonly ReportedRun[]): Html {
  const finals = runs.map(finalVote);
  const best = finals.indexOf(finals.reduce((a, b) => (b.accuracy > a.accuracy ? b : a)));
  const { on } = runs[0]!.evaluation.vote;
  const images = `${SPLIT_WORDS[on]} images`;
  const curves = runs.map(({ name, evaluation: { splits, vote, voter } }, i) => ({
    id: `run-${i + 1}`,
    name,
    colour: COLOURS[i % COLOURS.length]!,
    // With more than six runs, colours repeat with another dash.
    dash: DASHES[(i + Math.floor(i / COLOURS.length)) % DASHES.length]!,
    stages: (splits[vote.on]?.staged ?? []).map((stage, k) => ({ members: k + 1, ...stage[voter]! })),
  }));
  const finding = `Staged votes of ${runs.length} runs on ${images}: ${runs.map(({ name }, i) => `${name} ends at ${percent(finals[i]!.accuracy)}`).join(", ")}.`;
  const drawing = chart({
    finding,
    height: 300,
    x: { label: "members that vote", tickFormat: "d", interval: 1 },
    y: { label: "accuracy, %", percent: true, grid: true, nice: true },
    marks: curves.flatMap(({ id, colour, dash, stages }) => [
      Plot.areaY(stages, {
        x: "members",
        y1: (d: { interval: readonly number[] }) => d.interval[0]!,
        y2: (d: { interval: readonly number[] }) => d.interval[1]!,
        fill: colour,
        fillOpacity: 0.1,
        ...series(id),
      }),
      Plot.line(stages, { x: "members", y: "accuracy", stroke: colour, strokeWidth: 2, strokeDasharray: dash, ...series(id) }),
      Plot.dot(stages.slice(-1), { x: "members", y: "accuracy", fill: colour, r: 3.5, ...series(id) }),
    ]),
  });
  const keys = [...new Set(runs.flatMap(({ config }) => Object.keys(config)))].toSorted();
  const differing = keys.filter((key) => new Set(runs.map(({ config }) => config[key])).size > 1);
  return html`<p class="answer">
      Of ${runs.length} runs, <strong>${runs[best]?.name}</strong> has the most ${images} right: ${percent(finals[best]?.accuracy)}
      <span class="nowrap">(95 % interval ${percentRange(finals[best]!.interval)})</span>.
    </p>
    ${table(
      [
        { head: "Run", text: true },
        { head: "Made by", text: true },
        { head: "Members" },
        { head: "Accuracy" },
        { head: "95 % interval" },
        { head: "Size" },
        { head: "ms/image" },
      ],
      runs.map(({ name, size, speed, scheme, origin }, i) => [
        html`<a href="#${`run-${i + 1}`}">${name}</a>`,
        html`<code>${origin ? (origin.isChosen ? "benn select" : "import") : scheme}</code>`,
        finals[i]?.members,
        percent(finals[i]?.accuracy),
        percentRange(finals[i]!.interval),
        bytes(size.bytes),
        short(speed?.median),
      ]),
      { caption: `Runs on ${images}`, sortable: true },
    )}
    ${legend(curves.map(({ id, name, colour, dash }) => ({ name: id, text: name, colour, dash })))}${figure(drawing, finding, {
      title: "staged votes of the runs",
      numbers: [
        ["run", "members", "accuracy", "low", "high"],
        ...curves.flatMap(({ name, stages }) => stages.map(({ members, accuracy, interval }) => [name, members, accuracy, ...interval])),
      ],
    })}
    ${
      differing.length === 0
        ? html`<p>Their configurations are the same.</p>`
        : table(
            [{ head: "Key", text: true }, ...runs.map(({ name }) => ({ head: name, text: true }))],
            differing.map((key) => [
              html`<code>${key}</code>`,
              ...runs.map(({ config }) => (config[key] === undefined ? "–" : html`<code>${config[key]}</code>`)),
            ]),
            { caption: "Where their configurations differ" },
          )
    }`;
}
