// What fsck repairs and refuses, one kind of damage at a time, in a small finished run; check-run.test.ts tests every file.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { toyContainer } from "../train/toy-problem.ts";
import { checkRun } from "./check-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { encodeMember, readMemberFile } from "./member-file.ts";
import { mendRun } from "./mend-run.ts";
import { aheadFile, memberFolder, sampleWeightsFile } from "./run-paths.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";

const container = toyContainer();
let finished = "";
let whole: Record<string, string> = {};
beforeAll(async () => {
  await tf.setBackend("cpu");
  ({ folder: finished } = await runToy({ ...toyConfig, scheme: "boost", members: 3, epochs: 1 }, { container }));
  whole = await folderBytes(finished);
});

async function copy(): Promise<string> {
  const folder = join(await newOut(), "toy");
  await cp(finished, folder, { recursive: true });
  return folder;
}
async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[5]! ^= 1;
  await writeFile(path, bytes);
}

test("what members left that were trained ahead of their turn is looked at, and removed where it is damaged", async () => {
  const folder = await copy();
  expect((await checkRun(folder)).damaged).toEqual([]);
  await mkdir(join(folder, "checkpoint"), { recursive: true });
  await writeFile(aheadFile(folder, 5), "half");
  expect((await checkRun(folder)).damaged).toEqual([
    { path: join("checkpoint", "ahead-005.safetensors"), kind: "ahead", member: 5, mendable: true, reason: expect.any(String) },
  ]);
  const { mended, refused, report } = await mendRun(folder, { container });
  expect(mended).toEqual([`${join("checkpoint", "ahead-005.safetensors")}: removed; member 5 will be trained from its beginning.`]);
  expect([refused, report.damaged, await folderBytes(folder)]).toEqual([[], [], whole]);
});

test("half a file is removed, by name, and no other", async () => {
  const folder = await copy();
  for (const name of ["labels.safetensors.part", "notes.part.txt", "lock.json.4-x", "my-lock.json.5"])
    await writeFile(join(folder, name), "");
  expect((await checkRun(folder)).leftOver).toEqual(["labels.safetensors.part", "lock.json.4-x"]);
  const { mended } = await mendRun(folder, { container });
  expect(mended).toEqual(["labels.safetensors.part: removed what was left of a file half written."]);
  const names = await readdir(folder);
  expect(names).toContain("notes.part.txt");
  expect(names).not.toContain("labels.safetensors.part");
});

test("only what is damaged is computed again, with a sentence each", async () => {
  for (const [damage, sentence] of [
    [
      (folder: string) => flip(join(memberFolder(folder, 1), "logits.test.f32")),
      `${join("members", "001")}: logits computed again from the weights.`,
    ],
    [(folder: string) => flip(sampleWeightsFile(folder, 1)), `${join("weights", "001.f64")}: computed again by the scheme.`],
    [(folder: string) => flip(join(folder, "preprocessing.safetensors")), "preprocessing.safetensors: written again from the data."],
  ] as const) {
    const folder = await copy();
    await damage(folder);
    const progress: string[] = [];
    const { mended, refused, report } = await mendRun(folder, { container, onProgress: ({ what }) => void progress.push(what) });
    expect({ mended, refused, damaged: report.damaged }).toEqual({ mended: [sentence], refused: [], damaged: [] });
    expect(await folderBytes(folder)).toEqual(whole);
    expect(progress).toContain("making blobs");
  }
});

test("a record that is made anew does not know which epoch was the best, and keeps the rest", async () => {
  const folder = await copy();
  const before = await readMemberFile(memberFolder(folder, 1));
  await rm(join(memberFolder(folder, 1), "member.json"));
  const { mended } = await mendRun(folder, { container });
  expect(mended).toEqual([
    `${join("members", "001")}/member.json: computed again from weights and logits; which epoch was the best is not known any more.`,
  ]);
  expect(await readMemberFile(memberFolder(folder, 1))).toEqual({ ...before, record: { ...before.record, bestEpoch: -1 } });
});

test("nothing is computed from a record that says another vote weight or error than the scheme gives", async () => {
  for (const change of [{ alpha: 7 }, { error: 0.125 }]) {
    const folder = await copy();
    const path = memberFolder(folder, 0);
    const saved = await readMemberFile(path);
    await writeFile(join(path, "member.json"), encodeMember({ ...saved, record: { ...saved.record, ...change } }));
    await rm(sampleWeightsFile(folder, 2));
    const { mended, refused, report } = await mendRun(folder, { container });
    expect(mended).toEqual([]);
    expect(refused).toEqual([
      expect.stringMatching(
        /000: the scheme gives the member alpha .*, error .* now, but member\.json holds .*\. Was the scheme's plugin changed/,
      ),
    ]);
    expect(report.damaged.map(({ kind, member }) => [kind, member])).toEqual([["sampleWeights", 2]]);
  }
});

test("weights that do not fit the net of the configuration mend nothing", async () => {
  const folder = await copy();
  const path = join(folder, "experiment.json");
  const experiment = JSON.parse(await readFile(path, "utf8")) as { config: { members: object[] } };
  const members = experiment.config.members.map((group) => ({ ...group, architecture: { name: "linear", hidden: 5 } }));
  await writeFile(path, JSON.stringify({ ...experiment, config: { ...experiment.config, members } }));
  await rm(join(memberFolder(folder, 1), "logits.train.f32"));
  const { mended, refused } = await mendRun(folder, { container });
  expect(mended).toEqual([]);
  expect(refused).toEqual([`${memberFolder(folder, 1)}: its weights do not fit the net that experiment.json names. Was that changed?`]);
});
