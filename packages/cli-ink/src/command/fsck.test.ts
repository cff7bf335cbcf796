import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { train } from "@benn/core/node";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fsck, fsckLines } from "./fsck.ts";
import { openContainer } from "./open-container.ts";

const older = join(import.meta.dirname, "../../fixtures/older-run");

let finished = "";
beforeAll(async () => {
  const config = {
    name: "small",
    scheme: "bagging",
    backend: "wasm",
    members: 2,
    epochs: 1,
    batchSize: 20,
    dataset: { name: "cifar10", trainRows: 40, testRows: 20 },
    architecture: { name: "nin", width: 0.1 },
  };
  const out = mkdtempSync(join(tmpdir(), "benn-fsck-"));
  for await (const _ of train(config, { container: await openContainer(), out, onFolder: (path) => (finished = path) }));
}, 120_000);

function copyOf(folder: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), "benn-fsck-")), "small");
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Joins wrapped lines, so that a sentence is on one line. */
const said = (): string => printed.trim().replaceAll(/\s+/g, " ");
let printed = "";
beforeEach(() => {
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

test("a whole run has exit code 0 and one line", async () => {
  await fsck(finished, {});
  expect(said()).toMatch(/^\S+small: 2 of 2 members; \d+ files intact, none damaged$/);
  expect(process.exitCode).toBe(0);
});

test("of an older version's run it counts the files without a checksum, and computes what was left out of it", async () => {
  const folder = copyOf(older);
  await fsck(folder, {});
  expect(said()).toMatch(/^damaged: \S*weights\/000\.f64: cannot be read: it does not exist/);
  expect(said()).toMatch(/ \d+ files from an older version without checksums, of the right length /);
  printed = "";
  await fsck(folder, { mend: true });
  expect(said()).toMatch(/small: 2 of 2 members; \d+ files intact, none damaged$/);
  expect(process.exitCode).toBe(0);
});

test("a damaged run has exit code 1 and a sentence for each file; what can be recomputed is, with --mend", async () => {
  const folder = copyOf(finished);
  truncateSync(join(folder, "members/001/logits.test.f32"), 40);
  await fsck(folder, {});
  expect(said()).toContain("damaged: ");
  expect(said()).toContain("logits.test.f32: has 40 bytes, but 20 rows of 10 classes take 800.");
  expect(printed).toContain("can be recomputed");
  expect(printed).toContain(`fsck ${folder} --mend`);
  expect(process.exitCode).toBe(1);
  printed = "";
  await fsck(folder, { mend: true });
  expect(said()).toMatch(/^repaired: members\/001: logits computed again from the weights\. .* none damaged$/);
  expect(process.exitCode).toBe(0);
  expect(readFileSync(join(folder, "members/001/logits.test.f32"))).toEqual(readFileSync(join(finished, "members/001/logits.test.f32")));
});

test("what cannot be recomputed is left with exit code 1, as JSON too", async () => {
  const folder = copyOf(finished);
  rmSync(join(folder, "members/000/weights.bin"));
  writeFileSync(join(folder, "members/000/weights.bin.part"), "");
  await fsck(folder, { mend: true, json: true });
  expect(JSON.parse(printed)).toMatchObject({
    members: 2,
    trained: [0, 1],
    leftOver: [],
    damaged: [{ path: "members/000/weights.bin", kind: "weights", member: 0, mendable: false }],
    mended: [expect.stringContaining("weights.bin.part: removed")],
    refused: [],
  });
  expect(process.exitCode).toBe(1);
});

test("a damaged experiment.json is damage, and a folder that is no run a mistake", async () => {
  const folder = copyOf(finished);
  writeFileSync(join(folder, "experiment.json"), "[");
  await fsck(folder, { mend: true });
  expect(said()).toContain("experiment.json: is not JSON. The file was damaged");
  expect(process.exitCode).toBe(1);
  await expect(fsck(join(folder, "members"), {})).rejects.toThrow("has no experiment.json");
});

test("a run that a process is training is reported as such", () => {
  const report = {
    folder: "runs/a",
    format: 2,
    training: true,
    members: 2,
    trained: [0],
    expected: 1,
    whole: ["x"],
    unsigned: [],
    damaged: [],
    leftOver: ["y.part"],
  };
  expect(fsckLines({ mended: [], refused: [], report })).toEqual([
    "left over from a process that was killed: y.part",
    "a process is training the run, so files may have changed during the check",
    "runs/a: 1 of 2 members; 1 file intact, none damaged",
  ]);
});
