import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFloats } from "./read-floats.ts";

test("a file is the same floats in whatever pieces it is read, and an empty one none", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "benn-floats-")), "logits.f32");
  for (const length of [0, 1, 7, 64]) {
    const values = Float32Array.from({ length }, (_, i) => 1 / (i + 1));
    await writeFile(path, values);
    for (const piece of [3, 16, 1000]) expect(await readFloats(path, piece)).toEqual(values);
  }
  await writeFile(path, "12345");
  await expect(readFloats(path)).rejects.toThrow("has 5 bytes");
});
