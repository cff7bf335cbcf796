import { type ComparedEnsemble, type Cost, type CostComparison, type CostMatch, COSTS, paretoFront } from "@benn/analysis";
import { intervalCell, percentCell, pointsInterval, tableLines, thinned } from "../evaluation/cells.ts";
import { bytes, count } from "../run/format.ts";
import { membersWord } from "../run/vote-sentence.ts";
import { wrap } from "../run/wrap.ts";
import { scatter } from "./scatter.ts";

/** Maximum number of ensembles of a kind in a short table. */
const MOST_ENSEMBLES = 10;
const PLOT_LINES = 11;
/** Letters for the kinds with more bits in a plot. */
const MARKS = "abcdefghijklmnopqrstuvwxyz";

/** A price in its unit. */
export function priceText(cost: Cost, price: number | undefined): string {
  if (price === undefined) return "–";
  if (cost === "bytes") return bytes(price);
  if (cost === "milliseconds") return price < 10 ? price.toPrecision(3) : price.toFixed(1);
  const units = ["", "k", "M", "G", "T"];
  const power = price < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(price) / 3));
  const scaled = price / 1000 ** power;
  return `${scaled >= 100 ? Math.round(scaled) : scaled.toPrecision(3)}${units[power]}`;
}

const COST_WORDS: Readonly<Record<Cost, string>> = { bytes: "bytes", operations: "bit operations", milliseconds: "milliseconds" };

/** A comparison as text: the answer first, then the evidence. */
export function comparisonLines(comparison: CostComparison, { all, width }: { readonly all: boolean; readonly width: number }): string[] {
  const { architecture, rows, seeds, voter, machine, answer, notes } = comparison;
  const lines = [
    answer,
    "",
    `${architecture}: test accuracy on ${count(rows)} images, mean over seeds ${seeds.join(", ")}; ${voter} vote`,
    "",
    ...kindsTable(comparison, all),
    ...(["bytes", "operations", "milliseconds"] as const).flatMap((cost) => plotLines(comparison, cost, width)),
    ...matchLines(comparison),
    `Accuracy and differences are means over ${seeds.length} seeds, with 95 % intervals by Student. Bit operations are multiply-adds by the bits of both factors.` +
      (machine === undefined ? "" : ` Milliseconds are of one image on one thread of ${machine}.`),
    ...notes.map((note) => `Note: ${note}`),
  ];
  return lines.flatMap((line) => wrap(line, width));
}

function kindsTable(comparison: CostComparison, all: boolean): string[] {
  const { kinds } = comparison;
  const fronts = COSTS.map((cost) => new Set(paretoFront(kinds, cost).map(String)));
  const frontOf = (kind: number, ensemble: number): string =>
    fronts.map((front, i) => (front.has(String([kind, ensemble])) ? "bom"[i]! : "·")).join("");
  const row = (kind: number, name: string, ensemble: ComparedEnsemble, place: number): string[] => [
    name,
    String(ensemble.members),
    percentCell(ensemble.accuracy.mean),
    intervalCell([Math.max(0, ensemble.accuracy.interval[0]), Math.min(1, ensemble.accuracy.interval[1])]),
    percentCell(ensemble.churn.value),
    ...COSTS.map((cost) => priceText(cost, ensemble.cost[cost])),
    frontOf(kind, place),
  ];
  return [
    ...tableLines(
      [
        ["net", "members", "right %", "95 %", "churn %", "bytes", "bit ops", "ms", "front"],
        ...kinds.flatMap(({ name, ensembles }, kind) =>
          (all ? [...ensembles.keys()] : thinned(ensembles.length, MOST_ENSEMBLES)).map((place) =>
            row(kind, name, ensembles[place]!, place),
          ),
        ),
      ],
      { gap: 1 },
    ).slice(0, -1),
    "",
    "Front: no cheaper one is as accurate, by bytes (b), bit operations (o), milliseconds (m).",
    "",
  ];
}

function plotLines({ kinds }: CostComparison, cost: Cost, width: number): string[] {
  const points = kinds.flatMap(({ bits, ensembles }, kind) =>
    ensembles.flatMap((own) => {
      const x = own.cost[cost];
      return x === undefined ? [] : [{ x, y: own.accuracy.mean, mark: bits === 1 ? "•" : MARKS[kind - 1]! }];
    }),
  );
  if (points.length < 2) return [];
  const legend = kinds.slice(1).map(({ name }, i) => `${MARKS[i]} ${name}`);
  return [
    `Test accuracy over ${COST_WORDS[cost]}: • 1-bit ensembles, ${legend.join(", ")}`,
    ...scatter(points, {
      width: Math.min(width, 76),
      height: PLOT_LINES,
      xLabel: (value) => priceText(cost, value),
      yLabel: (value) => `${percentCell(value)} %`,
    }),
    "",
  ];
}

function matchLines({ matches, kinds }: CostComparison): string[] {
  if (matches.length === 0) return [];
  const row = ({ cost, against, price, members, isShort, ensemblePrice, difference }: CostMatch): string[] => [
    COST_WORDS[cost],
    against,
    priceText(cost, price),
    members === 0 ? "none" : `${members}${isShort ? "*" : ""}`,
    priceText(cost, ensemblePrice),
    difference ? signed(difference.value) : "–",
    difference ? pointsInterval(difference.interval) : "–",
  ];
  return [
    "The largest ensemble of 1-bit nets for the price of a net of more bits",
    "",
    ...tableLines([["at equal", "net", "price", "1-bit nets", "price", "points", "95 %"], ...matches.map(row)], { left: 2 }),
    ...(matches.some(({ isShort }) => isShort)
      ? [`* More would fit: only ${membersWord(kinds[0]!.ensembles.length)} were trained. --members trains more.`, ""]
      : []),
  ];
}

function signed(difference: number): string {
  const text = (100 * difference).toFixed(1);
  return difference < 0 ? text.replace("-", "−") : `+${text}`;
}
