// Members that are added during a run or after its end equal those of a run that was started with them.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { RunControl } from "../run-control.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { checkRun } from "./check-run.ts";
import { readControls } from "./control-log.ts";
import { folderBytes } from "./folder-bytes.ts";
import { mendRun } from "./mend-run.ts";
import { followEvents } from "./open-run.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import type { TrainOptions } from "./train.ts";
import { verifyRun } from "./verify-run.ts";

const container = toyContainer();
const run = (config: Config | undefined, options: Partial<TrainOptions>, until?: (event: RunEvent, count: number) => boolean) =>
  runToy(config, { container, ...options }, until);

beforeAll(() => tf.setBackend("cpu"));

/** The time of a request depends on the clock; its result does not. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const { "control.jsonl": _, ...bytes } = await folderBytes(folder);
  return bytes;
}

/** Requests two more members in the first epoch of the run's only one. */
async function grown(config: Config, stopAt = Number.POSITIVE_INFINITY): Promise<{ events: RunEvent[]; folder: string }> {
  const control = new RunControl();
  let isAsked = false;
  return await run(config, { out: await newOut(), control }, (event, nth) => {
    if (event.type === "step" && !isAsked) {
      isAsked = true;
      control.addMembers(1);
      control.addMembers(1);
    }
    return nth === stopAt;
  });
}

test.for(["sequential", "independent"] as const)("added members are those that a %s run of as many has", async (mode) => {
  const one = { ...toyConfig, mode, members: 1 } satisfies Config;
  const { folder, events } = await grown(one);
  const places = events.flatMap((event) =>
    event.type === "members-added" || event.type === "member-start" || event.type === "run-end" ? [event.type] : [],
  );
  expect(places).toEqual(["member-start", "members-added", "member-start", "member-start", "run-end"]);
  expect(events.find(({ type }) => type === "members-added")).toMatchObject({ after: 1, members: [{ member: 1 }, { member: 2 }] });
  // The request is reported at once, and it is stored.
  expect(events.find(({ type }) => type === "control")).toMatchObject({ state: "running", members: 3 });
  expect((await readControls(folder)).map(({ members }) => members)).toEqual([3]);

  const whole = await run({ ...one, members: 3 }, { out: await newOut() });
  const membersOf = async (of: string): Promise<[string, string][]> =>
    Object.entries(await folderBytes(of)).filter(([name]) => /^(?:members|weights)\//.test(name));
  expect(await membersOf(folder)).toEqual(await membersOf(whole.folder));
  expect((await membersOf(folder)).length).toBeGreaterThan(9);

  // Killed at any event and resumed.
  const bytes = await bytesOf(folder);
  const asked = events.findIndex(({ type }) => type === "control");
  const added = events.findIndex(({ type }) => type === "members-added");
  for (const cut of [asked + 1, added + 1]) {
    const { folder: killed } = await grown(one, cut);
    await run(undefined, { resume: killed });
    expect(await bytesOf(killed), `killed after event ${cut}`).toEqual(bytes);
  }

  // Requested after the end of the run.
  const over = await run(one, { out: await newOut() });
  const { events: later } = await run({ ...one, members: 3 }, { resume: over.folder });
  expect(later.find(({ type }) => type !== "progress")).toMatchObject({ type: "control", members: 3 });
  expect(await bytesOf(over.folder)).toEqual(bytes);

  const { members, complete } = await verifyRun(over.folder, { container });
  expect([members.length, complete]).toEqual([3, true]);
  expect(members.flatMap(({ differences }) => differences)).toEqual([]);
});

test("a paused run takes the request at once, and a loop that is broken off meanwhile ends", async () => {
  const control = new RunControl();
  const { events } = await run({ ...toyConfig, members: 1 }, { out: await newOut(), control }, (event) => {
    if (event.type === "step") control.pause();
    if (event.type === "control" && event.members === undefined) setTimeout(() => control.addMembers(1));
    return event.type === "control" && event.members === 2;
  });
  expect(events.at(-1)).toMatchObject({ type: "control", state: "paused", members: 2 });
});

test("a follower sees the request and the members, and none that the log does not announce", async () => {
  const { folder } = await grown({ ...toyConfig, members: 1 });
  const types: string[] = [];
  let planned = 0;
  for await (const event of followEvents(folder, { follow: true })) {
    types.push(event.type);
    if (event.type === "run-start" || event.type === "members-added") planned += event.members.length;
  }
  expect(planned).toBe(3);
  expect(types).toContain("control");
  expect(types.filter((type) => type === "member-end")).toHaveLength(3);

  const log = join(folder, "events.jsonl");
  const lines = (await readFile(log, "utf8")).split("\n");
  await writeFile(log, lines.filter((line) => !line.includes("members-added")).join("\n"));
  const left: string[] = [];
  for await (const event of followEvents(folder, { follow: false })) left.push(event.type);
  expect(left.filter((type) => type === "member-end")).toHaveLength(1);
  // Lost files can be recovered.
  expect((await checkRun(folder)).damaged).not.toEqual([]);
  await mendRun(folder, { container });
  expect((await checkRun(folder)).damaged).toEqual([]);
  const mended: RunEvent[] = [];
  for await (const event of followEvents(folder, { follow: false })) mended.push(event);
  expect(mended.filter(({ type }) => type === "member-end")).toHaveLength(3);
  expect(mended.filter(({ type }) => type === "members-added")).toHaveLength(1);
});

test("a run gets more members like its last one, and nothing else than it was made from", async () => {
  const { folder } = await run({ ...toyConfig, members: 1 }, { out: await newOut() });
  const other = [{ count: 1 }, { count: 1, learningRate: 0.5 }];
  await expect(run({ ...toyConfig, members: other }, { resume: folder })).rejects.toThrow("was made with members=");
  await expect(run({ ...toyConfig, members: 2, epochs: 3 }, { resume: folder })).rejects.toThrow("was made with");
  await run({ ...toyConfig, members: 3 }, { resume: folder });
  await expect(run({ ...toyConfig, members: 2 }, { resume: folder })).rejects.toThrow("the run has 3");
});

test("a run that a rule has ended gets none", async () => {
  const config = {
    ...toyConfig,
    scheme: "bag",
    members: 6,
    validation: 0.2,
    stopWhen: { patience: 1 },
    mode: "independent",
  } satisfies Config;
  const { folder, events } = await run(config, { out: await newOut() });
  expect(events.at(-1)).toMatchObject({ reason: "stopped-early" });
  await expect(run({ ...config, members: 9 }, { resume: folder })).rejects.toThrow(/was ended by stopWhen .* given=/);
});
