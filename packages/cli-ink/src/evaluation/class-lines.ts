import type { EnsembleEvaluation } from "@benn/analysis";
import { wilson } from "@benn/analysis";
import { count } from "../run/format.ts";
import { fitting, intervalCell, percentCell, shortNames, tableLines } from "./cells.ts";

/** Maximum number of classes in a short table, and in a matrix. */
const MOST_CLASSES = 12;
/** Characters of a class's name; the largest that fits is used. */
const NAMES = [32, 24, 18, 14, 10];

/** Accuracy, precision and recall of each class; if there are many, of those with the lowest recall. */
export function classLines(
  { classes, vote: { perClass } }: EnsembleEvaluation,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const places = [...perClass.keys()];
  const isShort = all || places.length <= MOST_CLASSES;
  const recall = (place: number): number => perClass[place]?.recall ?? Number.NaN;
  const known = places.filter((place) => !Number.isNaN(recall(place)));
  const shown = isShort ? places : known.toSorted((a, b) => recall(a) - recall(b)).slice(0, MOST_CLASSES);
  return [
    `Classes${isShort ? "" : `, the ${shown.length} of ${count(classes.length)} with the least recall`}: accuracy (one against the rest), precision, recall in %`,
    "",
    ...fitting(NAMES, width, (most) => {
      const names = shortNames(
        shown.map((place) => classes[place] ?? ""),
        most,
      );
      return tableLines([
        ["class", "images", "answers", "right", "accuracy", "precision", "recall", "95 %"],
        ...shown.map((place, i) => {
          const { rows, predicted, right, accuracy, precision, recall: own } = perClass[place]!;
          const shares = [accuracy, precision, own].map(percentCell);
          return [names[i]!, count(rows), count(predicted), count(right), ...shares, intervalCell(wilson(right, rows))];
        }),
      ]);
    }),
  ];
}

/** Which classes are confused: as a matrix if it fits the width, else the most frequent confusions. */
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
    ...fitting(NAMES, width, (most) => {
      const involved = [...new Set(shown.flatMap(({ label, predicted }) => [label, predicted]))];
      const names = shortNames(
        involved.map((place) => classes[place] ?? ""),
        most,
      );
      const nameOf = (place: number): string => names[involved.indexOf(place)]!;
      return tableLines(
        [
          ["class", "taken for", "images", "of the class %"],
          ...shown.map(({ label, predicted, rows }) => [
            nameOf(label),
            nameOf(predicted),
            count(rows),
            percentCell(rows / (perClass[label]?.rows ?? Number.NaN)),
          ]),
        ],
        { left: 2 },
      );
    }),
  ];
}

function matrixLines(classes: readonly string[], { confusions, perClass }: EnsembleEvaluation["vote"]): string[] {
  const cells = classes.map((_, label) => classes.map((__, k) => (k === label ? count(perClass[k]?.right ?? 0) : "·")));
  for (const { label, predicted, rows } of confusions) cells[label]![predicted] = count(rows);
  return [
    "Confusion matrix: rows are what images show, columns what they are taken for",
    "",
    ...tableLines([["", ...shortNames(classes, 5)], ...shortNames(classes, 10).map((name, label) => [name, ...cells[label]!])], {
      gap: 1,
    }),
  ];
}
