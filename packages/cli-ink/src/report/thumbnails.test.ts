import type { LoadedDataset, Split } from "@benn/core";
import sharp from "sharp";
import { expect, test } from "vitest";
import { thumbnailsOf } from "./thumbnails.ts";

const [HEIGHT, WIDTH] = [32, 32];
const colour = [200, 90, 30];
const mean = Float32Array.of(120, 110, 100);
const deviation = Float32Array.of(60, 50, 40);

const dataset = (preprocessing: LoadedDataset["preprocessing"]) =>
  ({ shape: [HEIGHT, WIDTH, 3], preprocessing }) as unknown as LoadedDataset;
/** Images of one colour, with the channels in this order. */
const split = (order: readonly number[]): Split => ({
  labels: Int32Array.of(0),
  images: (rows) =>
    Float32Array.from({ length: rows.length * HEIGHT * WIDTH * 3 }, (_, i) => (colour[order[i % 3]!]! - mean[i % 3]!) / deviation[i % 3]!),
});
async function pixelOf(source: string): Promise<number[]> {
  const { data, info } = await sharp(Buffer.from(source.replace(/^data:image\/webp;base64,/, ""), "base64"))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([WIDTH, HEIGHT]);
  return [...data.subarray(0, 3)];
}

test("standardised images are the pictures they were, also with their channels reversed", async () => {
  const standardize = { operation: "standardize", mean, deviation } as const;
  for (const [preprocessing, order] of [
    [[standardize], [0, 1, 2]],
    [
      [{ operation: "reverseChannels" }, standardize],
      [2, 1, 0],
    ],
  ] as const) {
    const thumbnails = await thumbnailsOf(dataset(preprocessing));
    expect(thumbnails.note).toBeUndefined();
    const [picture] = await thumbnails.of(split(order), [0]);
    for (const [i, value] of (await pixelOf(picture!.source)).entries()) expect(Math.abs(value - colour[i]!)).toBeLessThan(6);
  }
});

test("what whitening made of images is shown as it is, and that is said", async () => {
  const whiten = { operation: "whiten", mean, matrix: new Float32Array(9) } as const;
  expect((await thumbnailsOf(dataset([whiten]))).note).toMatch(/cannot be undone/);
});
