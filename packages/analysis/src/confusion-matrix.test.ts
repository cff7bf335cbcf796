import { expect, test } from "vitest";
import { answersOf } from "../test/answers.ts";
import { CLASSES, labels } from "../test/example-logits.ts";
import { classReport } from "./class-report.ts";
import { confusionMatrix, confusions } from "./confusion-matrix.ts";

const matrix = confusionMatrix(answersOf(0), labels, CLASSES);

test("the matrix is scikit-learn's, a row for each label", () => {
  expect([...matrix]).toEqual([3, 0, 1, 2, 4, 10, 3, 3, 2, 1, 4, 0, 1, 1, 1, 4]); // reference.py
});

test("confusions are what lies off its diagonal, most frequent first, then by class", () => {
  const found = confusions(matrix, CLASSES);
  expect(found.slice(0, 3)).toEqual([
    { label: 1, predicted: 0, rows: 4 },
    { label: 1, predicted: 2, rows: 3 },
    { label: 1, predicted: 3, rows: 3 },
  ]);
  expect(found).toHaveLength(10);
  expect(found.reduce((sum, { rows }) => sum + rows, 0)).toBe(40 - 3 - 10 - 4 - 4);
});

test("accuracy, precision and recall of each class are scikit-learn's", () => {
  const report = classReport(matrix, CLASSES);
  const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12) as number);
  expect(report.map(({ precision }) => precision)).toEqual(close([0.3, 0.8333333333333334, 0.4444444444444444, 0.4444444444444444]));
  expect(report.map(({ recall }) => recall)).toEqual(close([0.5, 0.5, 0.5714285714285714, 0.5714285714285714]));
  expect(report.map(({ accuracy }) => accuracy)).toEqual(close([0.75, 0.7, 0.8, 0.8]));
  expect(report.map(({ rows, predicted, right }) => [rows, predicted, right])).toEqual([
    [6, 10, 3],
    [20, 12, 10],
    [7, 9, 4],
    [7, 9, 4],
  ]);
});

test("a class that is never predicted has no precision, one without rows no recall", () => {
  const [zero, one, two] = classReport(confusionMatrix(Int32Array.of(0, 0), Int32Array.of(0, 1), 3), 3);
  expect(zero).toEqual({ rows: 1, predicted: 2, right: 1, accuracy: 0.5, precision: 0.5, recall: 1 });
  expect(one).toEqual({ rows: 1, predicted: 0, right: 0, accuracy: 0.5, precision: Number.NaN, recall: 0 });
  expect(two).toEqual({ rows: 0, predicted: 0, right: 0, accuracy: 1, precision: Number.NaN, recall: Number.NaN });
});
