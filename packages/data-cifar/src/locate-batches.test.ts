import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContainer, DATASETS } from "@benn/core";
import { temporaryFolder } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { CIFAR10, imageFiles } from "./layout.ts";
import plugin from "./index.ts";

const container = createContainer();
void plugin.register(container);
const locate = (options: object) =>
  container
    .resolve(DATASETS)
    .create({ name: "cifar10", ...options })
    .locate?.();

test("the dataset says where its files lie: in the folder that is named, or where downloads are kept", async () => {
  const data = await temporaryFolder();
  const unpacked = join(data, "cifar-10-batches-bin");
  mkdirSync(unpacked);
  const files = imageFiles(CIFAR10);
  for (const file of files.slice(1)) writeFileSync(join(unpacked, file), "");
  expect(locate({ data, cache: data })).toBeUndefined(); // one is missing
  writeFileSync(join(unpacked, files[0] ?? ""), "");
  expect(locate({ data })).toBe(unpacked);
  expect(locate({ data: unpacked })).toBe(unpacked);
  expect(locate({ cache: data })).toBe(unpacked);
});
