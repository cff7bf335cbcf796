import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checksum } from "./checksum.ts";
import { readFloats } from "./read-floats.ts";

const path = join(mkdtempSync(join(tmpdir(), "benn-floats-")), "logits.f32");
const values = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
const bytes = new Uint8Array(values.buffer);

test("floats come back, whatever the pieces they are read in, and are checked against their checksum", async () => {
  writeFileSync(path, bytes);
  for (const piece of [1, 7, 400, 1000]) expect(await readFloats(path, { sha256: checksum(bytes) }, piece)).toEqual(values);
  writeFileSync(path, "");
  expect(await readFloats(path, { sha256: checksum("") })).toEqual(new Float32Array(0));
  writeFileSync(path, bytes);
  await expect(readFloats(path, { sha256: checksum("") }, 7)).rejects.toThrow(/has SHA-256 \w{64}, not e3b0c4\w+ as when it was written\./);
});

test("a file of another length, and one that is no whole number of floats, are refused", async () => {
  writeFileSync(path, bytes.subarray(0, 396));
  const count = { floats: 100, of: "50 rows of 2 classes" };
  await expect(readFloats(path, { count })).rejects.toThrow("has 396 bytes, but 50 rows of 2 classes take 400.");
  writeFileSync(path, bytes.subarray(0, 398));
  await expect(readFloats(path)).rejects.toThrow("has 398 bytes, which is no whole number of floats");
});

test("a file that is not there is a sentence with what to do", async () => {
  await expect(readFloats(`${path}.none`)).rejects.toThrow(
    'cannot be read: it does not exist (ENOENT). Restore it from a copy, or recompute it from the weights with "benn fsck --mend".',
  );
});
