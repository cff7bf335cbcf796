import type { MetricInfo } from "@benn/core";
import { cut, intervalCell, percentCell, pointsInterval, probability, tableLines, thinned } from "../evaluation/cells.ts";
import { count, percent, short } from "../run/format.ts";
import { metricCell, metricHead, metricText } from "../run/metric-values.ts";
import { membersWord } from "../run/vote-sentence.ts";
import { wrap } from "../run/wrap.ts";
import { costText } from "./choose-members.ts";
import type { Selection } from "./selection-schema.ts";

/** Maximum number of steps in a short curve. */
const MOST_STEPS = 16;

/** A selection as text: the curve, the chosen members, and a report on test images. */
export function selectionLines(
  selection: Selection,
  metric: MetricInfo,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const { runs, candidates, rows, voter, bags, chosen, folder, budget, notes } = selection;
  const lines = [
    `${membersWord(candidates)} of ${runs.length === 1 ? runs[0] : `${runs.length} runs`}; chosen on ${count(rows)} validation images by the ${metric.title} of their ${voter} vote` +
      `${bags > 1 ? `, in ${bags} bags` : ""}${budget ? `, within ${budget.text}` : ""}`,
    "",
    ...curveLines(selection, metric, all),
    `Chosen after ${chosen.steps === 1 ? "1 step" : `${chosen.steps} steps`} ${bags > 1 ? "of each bag" : ""}: ${membersWord(chosen.members.length)}${chosen.cost === undefined || !budget ? "" : `, ${costText(budget, chosen.cost)} packed`}`.replace(
      " :",
      ":",
    ),
    "",
    ...tableLines(
      [
        ["run", "net", "member", "votes", `alone${metric.unit && ` ${metric.unit}`}`],
        ...chosen.members.map(({ run, member, architecture, binarizer, votes, alone }) => [
          cut(run, 24),
          cut(`${architecture}, ${binarizer}`, 24),
          String(member + 1),
          String(votes),
          metricCell(metric, alone),
        ]),
      ],
      { left: 2 },
    ),
    `On the validation images: ${metricText(metric, chosen.value)}${chosen.interval ? ` ${intervalOf(metric, chosen.interval)}` : ""}, which is optimistic: members were chosen on them.`,
    ...testLines(selection),
    ...notes.map((note) => `Note: ${note}`),
    ...(folder === undefined ? ["Nothing was written."] : []),
  ];
  return lines.flatMap((line) => wrap(line, width));
}

function curveLines({ curve, chosen, budget }: Selection, metric: MetricInfo, all: boolean): string[] {
  const shown = new Set(all ? curve.keys() : thinned(curve.length, MOST_STEPS));
  const hasCosts = budget !== undefined && curve.some(({ cost }) => cost !== undefined);
  return tableLines(
    [
      ["steps", "members", ...(hasCosts ? ["packed"] : []), metricHead(metric), "95 %", ""],
      ...curve.flatMap(({ steps, members, value, interval, cost }, i) =>
        shown.has(i) || steps === chosen.steps
          ? [
              [
                String(steps),
                String(members),
                ...(hasCosts ? [cost === undefined ? "–" : costText(budget, cost)] : []),
                metricCell(metric, value),
                interval ? intervalOf(metric, interval) : "–",
                steps === chosen.steps ? "chosen" : "",
              ],
            ]
          : [],
      ),
    ],
    { left: 0 },
  );
}

function intervalOf({ unit }: MetricInfo, interval: readonly [number, number]): string {
  return unit === "%" ? intervalCell(interval) : `[${interval.map(short).join(", ")}]`;
}

function testLines({ test, candidates }: Selection): string[] {
  if (!test) return [];
  const points = ({ difference, interval, pValue }: { difference: number; interval: [number, number]; pValue: number }): string =>
    `${Math.abs(100 * difference).toFixed(1)} points ${difference < 0 ? "fewer" : "more"} ${pointsInterval(interval)}, ${probability(pValue)}`;
  return [
    `On ${count(test.rows)} test images, which had no part in the choice: ${percent(test.accuracy)} ${intervalCell(test.interval)}. ` +
      `All ${membersWord(candidates)} with one vote each have ${percentCell(test.all.accuracy)} %: the chosen ones have ${points(test.all)}. ` +
      `The best single one on validation images has ${percentCell(test.best.accuracy)} %: ${points(test.best)}.`,
  ];
}
