import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContainer, DATASETS } from "@benn/core";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { BATCH_FILES } from "./binary-batches.ts";
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
  for (const file of BATCH_FILES.slice(1)) writeFileSync(join(unpacked, file), "");
  expect(locate({ data, cache: data })).toBeUndefined(); // one is missing
  writeFileSync(join(unpacked, BATCH_FILES[0] ?? ""), "");
  expect(locate({ data })).toBe(unpacked);
  expect(locate({ data: unpacked })).toBe(unpacked);
  expect(locate({ cache: data })).toBe(unpacked);
});
