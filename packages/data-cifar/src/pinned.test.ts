// The inputs of earlier runs must not change: the rows that a seed selects and the values of their images, to the bit.
import { createHash } from "node:crypto";
import { createAugment, createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { cifar10, cifar10Options } from "./cifar10.ts";

const digest = (...arrays: readonly ArrayBufferView[]): string => {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex").slice(0, 32);
};

test("the same options give the images they always gave", async () => {
  const options = { trainRows: 300, testRows: 50, flip: true, crop: 4, padding: "reflect", cutout: 9 };
  const {
    train,
    validation,
    test: held,
  } = await cifar10(cifar10Options.parse(options)).load({
    validation: 0.1,
    random: createRandom(3, "validation"),
  });
  const rows = Int32Array.from({ length: 40 }, (_, i) => (i * 37) % 270);
  const images = [
    await train.images(rows, createAugment(3, 1, 2, 9)),
    await validation!.images(Int32Array.of(0, 29)),
    await held.images(Int32Array.of(49, 3)),
  ];
  expect(digest(train.labels, validation!.labels, held.labels, ...images)).toBe("105785dc3ef57ddf70b5b4e651b7b591");
});
