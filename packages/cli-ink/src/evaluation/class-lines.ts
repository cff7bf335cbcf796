import type { EnsembleEvaluation } from "@benn/analysis";
import { wilson } from "@benn/analysis";
import { count } from "../run/format.ts";
import { cut, intervalCell, percentCell, tableLines } from "./cells.ts";

/** Classes that a short table has, and a matrix. */
const MOST_CLASSES = 12;
/** Characters of a class's name. */
const NAME = 10;

/** Accuracy, precision and recall of each class; of many classes those with the least recall. */
export function classLines({ classes, vote: { perClass } }: EnsembleEvaluation, { all }: { readonly all: boolean }): string[] {
  const places = [...perClass.keys()];
  const isShort = all || places.length <= MOST_CLASSES;
  const recall = (place: number): number => perClass[place]?.recall ?? Number.NaN;
  const known = places.filter((place) => !Number.isNaN(recall(place)));
  const shown = isShort ? places : known.toSorted((a, b) => recall(a) - recall(b)).slice(0, MOST_CLASSES);
  return [
    `Classes${isShort ? "" : `, the ${shown.length} of ${count(classes.length)} with the least recall`}: accuracy (one against the rest), precision, recall in %`,
    "",
    ...tableLines([
      ["class", "images", "answers", "right", "accuracy", "precision", "recall", "95 %"],
      ...shown.map((place) => {
        const { rows, predicted, right, accuracy, precision, recall: own } = perClass[place]!;
        const shares = [accuracy, precision, own].map(percentCell);
        return [cut(classes[place] ?? "", NAME), count(rows), count(predicted), count(right), ...shares, intervalCell(wilson(right, rows))];
      }),
    ]),
  ];
}

/** What is taken for what: as a matrix where it fits the width, else the most frequent confusions. */
export function confusionLines(
  { classes, vote }: EnsembleEvaluation,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const matrix = classes.length <= MOST_CLASSES ? matrixLines(classes, vote) : [];
  if (matrix.length > 0 && matrix.every((line) => line.length <= width)) return matrix;
  const { confusions, perClass } = vote;
  const shown = all ? confusions : confusions.slice(0, MOST_CLASSES);
  if (shown.length === 0) return ["Confusions: none", ""];
  return [
    `Confusions: ${shown.length < confusions.length ? `the ${shown.length} most frequent of ${count(confusions.length)}` : "all"}`,
    "",
    ...tableLines(
      [
        ["class", "taken for", "images", "of the class %"],
        ...shown.map(({ label, predicted, rows }) => [
          cut(classes[label] ?? "", 2 * NAME),
          cut(classes[predicted] ?? "", 2 * NAME),
          count(rows),
          percentCell(rows / (perClass[label]?.rows ?? Number.NaN)),
        ]),
      ],
      { left: 2 },
    ),
  ];
}

function matrixLines(classes: readonly string[], { confusions, perClass }: EnsembleEvaluation["vote"]): string[] {
  const cells = classes.map((_, label) => classes.map((__, k) => (k === label ? count(perClass[k]?.right ?? 0) : "·")));
  for (const { label, predicted, rows } of confusions) cells[label]![predicted] = count(rows);
  return [
    "Confusion matrix: rows are what images show, columns what they are taken for",
    "",
    ...tableLines([["", ...classes.map((name) => cut(name, 5))], ...classes.map((name, label) => [cut(name, NAME), ...cells[label]!])], {
      gap: 1,
    }),
  ];
}
