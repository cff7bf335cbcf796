import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { expect, test } from "vitest";
import { existingPart } from "./existing-part.ts";

test("what will be made under a path lies in the nearest folder that is there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "benn-part-"));
  await writeFile(join(folder, "file"), "");
  expect(existingPart(folder)).toBe(folder);
  expect(existingPart(join(folder, "not", "there", "yet"))).toBe(folder);
  expect(existingPart(join(folder, "not", "..", "file"))).toBe(join(folder, "file"));
  expect(existingPart("not-there")).toBe(process.cwd());
  expect(existingPart(parse(process.cwd()).root + "not-there")).toBe(parse(process.cwd()).root);
});
