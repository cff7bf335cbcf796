import { type ComparedKind, type Cost, type CostComparison, COSTS, paretoFront } from "@benn/analysis";
import * as Plot from "@observablehq/plot";
import { chart, series } from "./chart.ts";
import { figure } from "./figure.ts";
import { html, type Html, type Value } from "./html.ts";
import { legend } from "./legend.ts";
import { bytes, count, countOf, milliseconds, percent, percentRange, points, pointsRange, short } from "./numbers.ts";
import { page } from "./page.ts";
import { table } from "./table.ts";

const COLOURS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)", "var(--c6)"];
const WORDS: Readonly<Record<Cost, string>> = { bytes: "bytes", operations: "bit operations", milliseconds: "milliseconds" };

/** A comparison of more bits and more networks as a self-contained HTML page. The same comparison gives the same bytes. */
export function renderComparison(comparison: CostComparison): string {
  return page(
    `More bits or more networks: ${comparison.name}`,
    [
      { id: "answer", title: "The answer", body: answer(comparison) },
      { id: "fronts", title: "Accuracy over cost", body: html`<div class="charts">${COSTS.map((cost) => front(comparison, cost))}</div>` },
      { id: "matches", title: "At equal cost", body: matches(comparison) },
      { id: "nets", title: "All nets", body: nets(comparison) },
      { id: "runs", title: "The runs", body: runs(comparison) },
    ],
    "compare",
  );
}

function answer({ answer: sentence, architecture, rows, seeds, voter }: CostComparison): Html {
  return html`<p class="answer"><strong>${sentence}</strong></p>
    <p>
      <code>${architecture}</code>, test accuracy on ${count(rows)} images, mean over ${countOf(seeds.length, "seed")}; ensembles by the
      ${voter} vote. Intervals are 95 %, by Student, over seeds.
    </p>`;
}

function price(cost: Cost, value: number | undefined): string {
  if (value === undefined) return "–";
  if (cost === "bytes") return bytes(value);
  if (cost === "milliseconds") return milliseconds(value);
  return value < 1e9 ? `${short(value / 1e6)} M` : `${short(value / 1e9)} G`;
}

interface Mark {
  readonly kind: string;
  readonly members: number;
  readonly price: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

function marksOf({ name, ensembles }: ComparedKind, cost: Cost): Mark[] {
  return ensembles.flatMap(({ members, accuracy, cost: costs }) => {
    const own = costs[cost];
    const [low, high] = [Math.max(0, accuracy.interval[0]), Math.min(1, accuracy.interval[1])];
    return own === undefined ? [] : [{ kind: name, members, price: own, accuracy: accuracy.mean, low, high }];
  });
}

function front({ kinds }: CostComparison, cost: Cost): Value {
  const curves = kinds.map((kind, i) => ({
    id: `kind-${i}`,
    name: kind.name,
    colour: COLOURS[i % COLOURS.length]!,
    marks: marksOf(kind, cost),
  }));
  const shown = curves.filter(({ marks }) => marks.length > 0);
  if (shown.length < 2) return undefined;
  const best = paretoFront(kinds, cost).map(([kind, place]) => {
    const { name, ensembles } = kinds[kind]!;
    const { members, accuracy, cost: costs } = ensembles[place]!;
    return { text: members === 1 ? name : `${members} nets of ${name}`, accuracy: accuracy.mean, price: costs[cost]! };
  });
  const finding = `Accuracy over ${WORDS[cost]}: on the Pareto front are ${best.map(({ text }) => text).join(", ")}.`;
  const drawing = chart({
    finding,
    height: 320,
    x: { label: WORDS[cost], type: "log", ticks: 4, ...(cost === "milliseconds" ? {} : { tickFormat: "~s" }) },
    y: { label: "test accuracy, %", percent: true, grid: true, nice: true },
    marks: [
      Plot.line(best, {
        x: "price",
        y: "accuracy",
        curve: "step-after",
        stroke: "var(--muted)",
        strokeDasharray: "4 4",
        ...series("front"),
      }),
      ...shown.flatMap(({ id, colour, marks }) => [
        Plot.ruleX(marks, { x: "price", y1: "low", y2: "high", stroke: colour, strokeOpacity: 0.35, strokeWidth: 2, ...series(id) }),
        Plot.line(marks, { x: "price", y: "accuracy", stroke: colour, strokeWidth: 1.5, ...series(id) }),
        Plot.dot(marks, { x: "price", y: "accuracy", fill: colour, r: 4, ...series(id) }),
      ]),
    ],
  });
  return html`<div>
    ${legend([
      ...shown.map(({ id, name, colour }) => ({ name: id, text: name, colour })),
      { name: "front", text: "Pareto front", colour: "var(--muted)" },
    ])}${figure(drawing, finding, {
      title: `accuracy over ${WORDS[cost]}`,
      numbers: [
        ["net", "members", WORDS[cost], "accuracy", "low", "high"],
        ...shown.flatMap(({ marks }) => marks.map((mark) => [mark.kind, mark.members, mark.price, mark.accuracy, mark.low, mark.high])),
      ],
    })}
  </div>`;
}

function matches({ matches: all, kinds }: CostComparison): Html {
  return html`${table(
    [
      { head: "At equal", text: true },
      { head: "Net", text: true },
      { head: "Its price" },
      { head: "1-bit nets for it" },
      { head: "Their price" },
      { head: "The ensemble has" },
      { head: "95 % interval" },
    ],
    all.map(({ cost, against, price: own, members, isShort, ensemblePrice, difference }) => [
      WORDS[cost],
      against,
      price(cost, own),
      members === 0 ? "none" : html`${members}${isShort && " *"}`,
      price(cost, ensemblePrice),
      difference ? points(difference.value) : "–",
      difference ? pointsRange(difference.interval) : "–",
    ]),
    { caption: "The largest ensemble of 1-bit nets for the price of a net of more bits" },
  )}${all.some(({ isShort }) => isShort) && html`<p class="quiet">* More would fit: only ${countOf(kinds[0]!.ensembles.length, "member")} were trained.</p>`}`;
}

function nets({ kinds, machine }: CostComparison): Html {
  return html`${table(
      [
        { head: "Net", text: true },
        { head: "Binarizer", text: true },
        { head: "Members" },
        { head: "Accuracy" },
        { head: "95 % interval" },
        { head: "Standard deviation" },
        { head: "Churn" },
        { head: "Bytes" },
        { head: "Bit operations" },
        { head: "Time" },
      ],
      kinds.flatMap(({ name, binarizer, packed, ensembles }) =>
        ensembles.map(({ members, accuracy, churn, cost }) => [
          name,
          html`<code>${binarizer}</code>`,
          members,
          percent(accuracy.mean),
          percentRange([Math.max(0, accuracy.interval[0]), Math.min(1, accuracy.interval[1])]),
          points(accuracy.deviation).replace("+", ""),
          percent(churn.value),
          html`${price("bytes", cost.bytes)}${!packed && " counted"}`,
          price("operations", cost.operations),
          price("milliseconds", cost.milliseconds),
        ]),
      ),
      { caption: "Every ensemble that was measured", sortable: true },
    )}
    <p class="quiet">
      Churn is the share of images with another class at another seed. Bit operations are multiply-adds by the bits of both factors: 1 for
      two of one bit, 1,024 for two real
      ones.${machine !== undefined && html` Time is of one image, by the packed runtime on one thread of ${machine}.`}
    </p>`;
}

function runs({ kinds, notes }: CostComparison): Html {
  return html`${table(
    [{ head: "Net", text: true }, { head: "Seed" }, { head: "Run", text: true }, { head: "Accuracy of all its members" }],
    kinds.flatMap(({ name, runs: own, ensembles }) =>
      own.map(({ folder, seed }, i) => [name, seed, html`<code>${folder}</code>`, percent(ensembles.at(-1)!.accuracies[i])]),
    ),
    { caption: "Runs" },
  )}${notes.map((note) => html`<p class="quiet">${note}</p>`)}`;
}
