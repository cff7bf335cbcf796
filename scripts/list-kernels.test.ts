import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KERNEL_CONTRACTS } from "@benn/core/internals";
import { expect, test } from "vitest";
import { LISTS, listOf } from "./list-kernels.mjs";

const root = dirname(import.meta.dirname);

test.for(LISTS)("$folder lists the kernels of all files in its src/kernels", (list) => {
  const file = join(root, list.folder, "src/kernel-list.ts");
  expect(listOf(list) === readFileSync(file, "utf8"), `run node scripts/list-kernels.mjs and commit ${file}`).toBe(true);
});

test("every kernel of ours has a contract with cases, which the exam of backends goes through", () => {
  expect(Object.keys(KERNEL_CONTRACTS)).toEqual(expect.arrayContaining(["BinaryConv2D", "BatchNorm", "AdamStep"]));
});
