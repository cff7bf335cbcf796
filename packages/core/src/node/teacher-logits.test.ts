import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { LoadedDataset } from "../dataset.ts";
import { resolveConfig } from "../train/resolve-config.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { checksum } from "./checksum.ts";
import { loadDataset } from "./load-dataset.ts";
import { readMember } from "./read-member.ts";
import { runToy, toyConfig } from "./run-toy.ts";
import { openTeacherLogits } from "./teacher-logits.ts";

const container = toyContainer();
const config = { ...toyConfig, dataset: "blobs" };

async function teacher(): Promise<{ folder: string; data: LoadedDataset }> {
  const { folder } = await runToy(config, { container });
  const loading = loadDataset(resolveConfig(config, container), container);
  for (;;) {
    const next = await loading.next();
    if (next.done) return { folder, data: next.value };
  }
}

async function setAlphas(folder: string, alphas: readonly (number | undefined)[]): Promise<void> {
  for (const [member, alpha] of alphas.entries()) {
    const path = join(folder, `members/00${member}/member.json`);
    const { sha256: _sum, alpha: _was, ...record } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    const changed = { ...record, ...(alpha === undefined ? {} : { alpha }) };
    await writeFile(path, JSON.stringify({ ...changed, sha256: checksum(JSON.stringify(changed)) }));
  }
}

beforeAll(() => tf.setBackend("cpu"));

test("rows of a teacher's vote are the same read batch by batch as kept in memory, in any order and repeated", async () => {
  const { folder, data } = await teacher();
  const classes = data.labels.length;
  const rows = Int32Array.of(7, 3, 4, 5, 3, 0, data.train.labels.length - 1);
  const logits = await Promise.all([0, 1].map(async (member) => (await readMember(folder, member)).logits.train));
  const expected = [...rows].flatMap((row) =>
    Array.from({ length: classes }, (_, k) => {
      const [a = 0, b = 0] = logits.map((own) => own[row * classes + k]);
      return (a + b) / 2;
    }),
  );
  for (const keptBytes of [0, 2 ** 20]) {
    const opened = await openTeacherLogits(folder, data, container, keptBytes);
    expect([...opened.rows(rows)]).toEqual(expected.map((value) => expect.closeTo(value, 5)));
    opened.close();
  }
});

test("a teacher whose vote has no scale, no members, or other files is refused by what is wrong with it", async () => {
  const { folder, data } = await teacher();
  const open = async (): Promise<void> => (await openTeacherLogits(folder, data, container)).close();
  await setAlphas(folder, [-0.5, 0.25]);
  await expect(open()).rejects.toThrow(
    `teacher ${folder}: expected vote weights (alpha) with a sum above 0, got -0.250 of 2 members (-0.500, 0.250): its members are no better than chance.`,
  );
  await setAlphas(folder, [undefined, undefined]);
  await expect(open()).rejects.toThrow(`teacher ${folder}: has no member that votes yet. Train it first.`);
  await setAlphas(folder, [1, 1]);
  const path = join(folder, "members/001/logits.train.f32");
  const bytes = await readFile(path);
  await writeFile(
    path,
    bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte)),
  );
  await expect(open()).rejects.toThrow(`${path}: has SHA-256`);
  await appendFile(path, new Uint8Array(4));
  await expect(open()).rejects.toThrow(`${path}: has ${bytes.length + 4} bytes`);
});
