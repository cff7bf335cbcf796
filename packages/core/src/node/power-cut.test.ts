import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { createRandom } from "../random.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { checkRun } from "./check-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { PowerCut, PowerCutFiles } from "./power-cut.ts";
import { readMember } from "./read-member.ts";
import { newOut, toyConfig } from "./run-toy.ts";
import { train } from "./train.ts";

const container = toyContainer();
const config = { ...toyConfig, scheme: "boost", pretrainEpochs: 1 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

/** Trains or resumes until the power is cut; returns the members whose end was emitted. */
async function trainUntilCut(out: string, files: PowerCutFiles | undefined, own: Config = config): Promise<number[]> {
  const folder = join(out, "toy");
  const ended: number[] = [];
  const resume = existsSync(join(folder, "experiment.json"));
  try {
    for await (const event of train(resume ? undefined : own, {
      container,
      ...(files ? { files } : {}),
      ...(resume ? { resume: folder } : { out }),
    })) {
      if (event.type === "member-end") ended.push(event.member);
    }
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  return ended;
}

test("a run whose power is cut at any write, twice, keeps every member whose end it emitted and resumes to the bytes of an uncut one", async () => {
  const whole = await newOut();
  const uncut = new PowerCutFiles(join(whole, "toy"), Infinity);
  await trainUntilCut(whole, uncut);
  const wanted = await folderBytes(join(whole, "toy"));
  for (let cutAt = 1; cutAt < uncut.done; cutAt += 7) {
    const out = await newOut();
    const folder = join(out, "toy");
    for (const [time, at] of [cutAt, 1 + ((cutAt * 7) % 90)].entries()) {
      const files = new PowerCutFiles(folder, at);
      const ended = await trainUntilCut(out, files);
      files.cut(createRandom(cutAt, "power cut", time));
      for (const member of ended) await readMember(folder, member);
    }
    await trainUntilCut(out, undefined);
    expect(await folderBytes(folder), `cut at ${cutAt}`).toEqual(wanted);
    expect((await checkRun(folder)).damaged, `cut at ${cutAt}`).toEqual([]);
  }
});

test("a run that begins from a given model and is cut before it has kept its copy keeps it when it goes on", async () => {
  const begun = await newOut();
  await trainUntilCut(begun, undefined);
  const { pretrainEpochs: _none, ...settings } = config;
  const own = { ...settings, members: 1, init: join(begun, "toy/members/000") } satisfies Config;
  const whole = await newOut();
  await trainUntilCut(whole, undefined, own);
  const wanted = await folderBytes(join(whole, "toy"));
  expect(Object.keys(wanted)).toContain("start/start.json");
  for (let cutAt = 18; cutAt < 40; cutAt += 2) {
    const out = await newOut();
    const files = new PowerCutFiles(join(out, "toy"), cutAt);
    await trainUntilCut(out, files, own);
    files.cut(createRandom(cutAt, "power cut"));
    await trainUntilCut(out, undefined, own);
    expect(await folderBytes(join(out, "toy")), `cut at ${cutAt}`).toEqual(wanted);
  }
});
