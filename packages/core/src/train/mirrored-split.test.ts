import { expect, test } from "vitest";
import { mirroredSplit } from "./mirrored-split.ts";

test("every image is mirrored left to right, and nothing else changes", async () => {
  const asked: Int32Array[] = [];
  const labels = Int32Array.of(0, 1);
  const images = (rows: Int32Array) => Float32Array.from([...rows].flatMap((row) => [1, 2, 3, 4, 5, 6].map((value) => 10 * row + value)));
  const split = mirroredSplit({ labels, images, prefetch: (rows) => void asked.push(rows) }, [2, 3, 1]);
  expect(split.labels).toBe(labels);
  expect([...(await split.images(Int32Array.of(1, 0)))]).toEqual([13, 12, 11, 16, 15, 14, 3, 2, 1, 6, 5, 4]);
  split.prefetch?.(Int32Array.of(1));
  expect(asked).toEqual([Int32Array.of(1)]);
  mirroredSplit({ labels, images }, [2, 3, 1]).prefetch?.(Int32Array.of(1));
});
