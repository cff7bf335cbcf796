import * as Plot from "@observablehq/plot";
import { type EnsembleEvaluation, SPLIT_WORDS } from "@benn/analysis";
import { chart, series } from "./chart.ts";
import { figure } from "./figure.ts";
import { html, type Html, type Value } from "./html.ts";
import { legend } from "./legend.ts";
import { countOf, metricText, percent } from "./numbers.ts";
import type { ReportedRun } from "./reported-run.ts";
import { table } from "./table.ts";

/** The accuracy of the vote of the first 1, 2, … members with its interval, and the published results. */
export function staged({ evaluation, recipe, twin }: ReportedRun): Html {
  const { splits, vote, voter, metrics } = evaluation;
  const stages = (splits[vote.on]?.staged ?? []).map((stage, i) => ({ members: i + 1, ...stage[voter]! }));
  const singles = splits[vote.on]?.members ?? [];
  const held = vote.on === "validation" ? undefined : splits.validation?.staged.map((stage, i) => ({ members: i + 1, ...stage[voter]! }));
  const own = splits[vote.on]?.staged ?? [];
  const voters = Object.keys(own[0] ?? {}).filter((name) => name !== voter);
  // Accuracy has columns of its own; metrics that do not apply to votes have no values.
  const measured = metrics.filter(({ name }) => name !== "accuracy" && own.some((stage) => Number.isFinite(stage[voter]?.metrics[name])));
  const [first, last] = [stages[0]!, stages.at(-1)!];
  const best = stages.reduce((a, b) => (b.right > a.right ? b : a));
  const finding =
    `Accuracy of the ${voter} vote on ${SPLIT_WORDS[vote.on]} images: ${percent(first.accuracy)} with 1 member, ` +
    `${percent(last.accuracy)} with ${last.members}; the highest is ${percent(best.accuracy)} with ${best.members}.`;
  const { published } = recipe ?? {};
  // Two points are known: a single member, and the vote at the number of members where it stopped improving.
  const paper = published
    ? [
        { members: 1, accuracy: published.single / 100 },
        { members: Math.max(2, published.overfitsFrom ?? last.members), accuracy: published.ensemble / 100 },
      ]
    : [];
  const twinMark = twin ? [Plot.ruleY([twin.accuracy.accuracy], { stroke: "var(--c4)", strokeDasharray: "2 3", ...series("twin") })] : [];
  const x = "members";
  const drawing = chart({
    finding,
    x: { label: "members that vote", ticks: ticksOf(Math.max(last.members, ...paper.map(({ members }) => members))), tickFormat: "d" },
    y: { label: "accuracy, %", percent: true, grid: true, nice: true },
    marks: [
      Plot.line(paper, { x, y: "accuracy", stroke: "var(--muted)", strokeDasharray: "6 4", ...series("published") }),
      Plot.dot(paper, { x, y: "accuracy", stroke: "var(--muted)", r: 4, ...series("published") }),
      Plot.areaY(stages, {
        x,
        y1: (d) => d.interval[0],
        y2: (d) => d.interval[1],
        fill: "var(--c1)",
        fillOpacity: 0.18,
        ...series("interval"),
      }),
      ...twinMark,
      ...(held && held.length > 1
        ? [Plot.line(held, { x, y: "accuracy", stroke: "var(--c2)", strokeDasharray: "5 2", ...series("validation") })]
        : []),
      Plot.dot(singles, { x: (_, i) => i + 1, y: "accuracy", r: 2, stroke: "var(--c3)", ...series("single") }),
      Plot.line(stages, { x, y: "accuracy", stroke: "var(--c1)", strokeWidth: 2.2, ...series("vote") }),
      Plot.dot(stages.length === 1 ? stages : [last], { x, y: "accuracy", fill: "var(--c1)", r: 3.5, ...series("vote") }),
    ],
  });
  const shown = legend([
    { name: "vote", text: `${voter} vote`, colour: "var(--c1)", dash: "" },
    { name: "interval", text: "its 95 % interval", colour: "var(--c1)", pale: true },
    ...(held && held.length > 1 ? [{ name: "validation", text: "on validation images", colour: "var(--c2)", dash: "5 2" }] : []),
    { name: "single", text: "each member alone", colour: "var(--c3)" },
    ...(twin ? [{ name: "twin", text: `real-valued twin ${twin.name}`, colour: "var(--c4)", dash: "2 3" }] : []),
    ...(published ? [{ name: "published", text: "published: single member and vote", colour: "var(--muted)", dash: "6 4" }] : []),
  ]);
  return html`${shown}${figure(drawing, finding, {
    title: "staged votes",
    numbers: [
      [
        "members",
        `${voter} accuracy`,
        "low",
        "high",
        "member alone",
        ...(held ? ["validation"] : []),
        ...voters.map((name) => `${name} accuracy`),
        ...measured.map(({ title }) => `${voter} ${title}`),
      ],
      ...stages.map(({ members, accuracy, interval }, i) => [
        members,
        accuracy,
        ...interval,
        singles[i]?.accuracy,
        ...(held ? [held[i]?.accuracy] : []),
        ...voters.map((name) => own[i]?.[name]?.accuracy),
        ...measured.map(({ name }) => own[i]?.[voter]?.metrics[name]),
      ]),
    ],
  })}${recipe?.published && html`<p class="quiet">The paper gives two points of the recipe <code>${recipe.preset}</code>: a single member and its vote${recipe.published.overfitsFrom === undefined ? "" : html`, which from member ${recipe.published.overfitsFrom} on got no better`}. This run differs from the recipe in ${countOf(recipe.differences.length, "setting")}, listed where the run is described.</p>`}${metricTable(evaluation)}`;
}

/** Every metric, including those of plugins: of the final vote on each split, and of single members. */
function metricTable({ metrics, splits, vote, voter }: EnsembleEvaluation): Value {
  const names = (["train", "validation", "test"] as const).filter((name) => splits[name]);
  return (
    metrics.length > 0 &&
    table(
      [
        { head: "Metric", text: true },
        ...names.map((name) => ({ head: `On ${SPLIT_WORDS[name]} images` })),
        { head: `Single member, ${SPLIT_WORDS[vote.on]} images` },
      ],
      metrics.map((metric) => [
        metric.title,
        ...names.map((name) => metricText(metric, splits[name]?.staged.at(-1)?.[voter]?.metrics[metric.name])),
        metricText(metric, splits[vote.on]?.singleMean.metrics[metric.name]),
      ]),
      { caption: `Metrics of the ${voter} vote, and of a single member on average` },
    )
  );
}

/** Whole numbers of members. */
function ticksOf(last: number): number[] {
  const step = [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 100].find((one) => last / one <= 8) ?? Math.ceil(last / 8);
  return [...new Set([1, ...Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step)])].filter(
    (tick) => tick === 1 || step === 1 || tick - 1 >= step / 2,
  );
}
