// The inputs of earlier runs must not change: the rows that a seed selects and the values of their images, to the bit.
import { createHash } from "node:crypto";
import { createAugment } from "@benn/core/internals";
import { expect, test } from "vitest";
import { databases, load } from "../test/sets.ts";

test("the same options give the images they always gave", async () => {
  const options = { data: databases(), augment: "crop", preprocess: "subtract-mean", cutout: 5, trainRows: 18, testRows: 9 };
  const { train, validation, test: held } = await load(options, 0.25);
  const rows = Int32Array.from({ length: 20 }, (_, i) => (i * 7) % train.labels.length);
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of [
    train.labels,
    validation!.labels,
    held.labels,
    await train.images(rows, createAugment(3, 1, 2, 9)),
    await validation!.images(Int32Array.of(0, 1)),
    await held.images(Int32Array.of(8, 3)),
  ])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  expect(hash.digest("hex").slice(0, 32)).toBe("8016ae0f11bbb6dca4d04ee19e591228");
});
