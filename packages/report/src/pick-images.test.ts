import { expect, test } from "vitest";
import { pickImages } from "./pick-images.ts";

test("examples are of their confusion, and the rows that the fewest members answer as the vote does come first", () => {
  const labels = Int32Array.of(0, 0, 1, 1, 2);
  const predicted = Int32Array.of(0, 1, 1, 0, 1);
  const members = [Int32Array.of(0, 1, 1, 2, 1), Int32Array.of(0, 1, 0, 2, 1), Int32Array.of(0, 2, 2, 0, 1)];
  const { confusions, disputed } = pickImages({ labels, predicted, members }, [
    { label: 0, predicted: 1, rows: 1 },
    { label: 1, predicted: 0, rows: 1 },
  ]);
  expect(confusions.map(({ examples }) => examples)).toEqual([[1], [3]]);
  expect(disputed).toEqual([2, 3, 1]);
});
