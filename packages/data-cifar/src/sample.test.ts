import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { cifar10, cifar10Options } from "./cifar10.ts";
import { readSample, SAMPLE_WORDS } from "./sample.ts";

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("the sample holds the very bytes of the official images it was made from, as many of each class", async () => {
  const { train, test: held } = await readSample();
  // Digests of the planes, computed by sample/make.ts from the official files.
  expect(digest(Uint8Array.from(train.pixels))).toBe("de79ea9cbb0f1230dcefb3d13f77ec430311e23731a972b8b64417675bb254b9");
  expect(digest(Uint8Array.from(held.pixels))).toBe("06a91e08a3e586313d71fa1b050676dbd58dbca781e58b76fd43e9e3d35cbc2b");
  for (let label = 0; label < 10; label++) {
    expect(train.labels.filter((own) => own === label)).toHaveLength(400);
    expect(held.labels.filter((own) => own === label)).toHaveLength(100);
  }
});

test("what is said of the sample is what it holds, and a dataset says it only where it reads the sample", async () => {
  const { train, test: held } = await readSample();
  const [trained, tested] = [train, held].map(({ labels }) => labels.length.toLocaleString("en-US"));
  expect(SAMPLE_WORDS).toBe(`${trained} photographs for training, ${tested} for testing`);
  expect(cifar10(cifar10Options.parse({})).sample).toBe(SAMPLE_WORDS);
  expect(cifar10(cifar10Options.parse({ data: "/data/cifar" })).sample).toBeUndefined();
});

test("who reads it again gets the images that another still has", async () => {
  const [first, second] = [await readSample(), await readSample()];
  expect([second.train.pixels === first.train.pixels, second.test.pixels === first.test.pixels]).toEqual([true, true]);
});
