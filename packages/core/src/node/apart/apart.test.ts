import { copyFile, cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Config } from "../../config.ts";
import type { RunEvent } from "../../events.ts";
import { RunControl } from "../../run-control.ts";
import { toyContainer } from "../../train/toy-problem.ts";
import { folderBytes } from "../folder-bytes.ts";
import { newOut, runToy, toyConfig } from "../run-toy.ts";
import { collectingExecutor } from "./collecting-executor.ts";
import { trainApart, type TrainApartOptions, type TrainedApart } from "./train-apart.ts";

const container = toyContainer();
const bagged = { ...toyConfig, dataset: { name: "blobs", rows: 48 }, mode: "independent", members: 3, epochs: 3 } satisfies Config;
const chain = { ...bagged, scheme: "boost", mode: "sequential" } satisfies Config;

let whole: Record<string, string>;

beforeAll(async () => {
  await tf.setBackend("cpu");
  whole = await folderBytes((await runToy(bagged, { container })).folder);
});

/** A run that has started but trained nothing. */
async function prepare(config: Config): Promise<string> {
  const control = new RunControl();
  control.stopNow();
  return (await runToy(config, { container, control })).folder;
}

async function apart(
  run: string,
  member: number,
  into: string,
  { onEvent, ...options }: Partial<TrainApartOptions> & { onEvent?: (event: RunEvent) => boolean | void } = {},
): Promise<TrainedApart | undefined> {
  const training = trainApart(undefined, { container, run, member, into, ...options });
  for (;;) {
    const next = await training.next();
    if (next.done) return next.value;
    if (onEvent?.(next.value) === true) {
      await training.return(undefined as never);
      return undefined;
    }
  }
}

async function collect(run: string, ...from: string[]): Promise<{ reason: unknown; missing: number[] }> {
  const missing: number[] = [];
  const executor = collectingExecutor({ run, from, onMissing: (member) => missing.push(member) });
  const { events } = await runToy(undefined, { container, resume: run, executor });
  const end = events.at(-1);
  return { reason: end?.type === "run-end" && end.reason, missing };
}

test("members trained apart, in any order, stopped, killed and gone on with, are collected to the bytes of a run that trained them", async () => {
  const run = await prepare(bagged);
  const [into, other] = [await newOut(), join(await newOut(), "not/made/yet")];
  expect(await apart(run, 2, other)).toMatchObject({ reason: "finished" });

  const control = new RunControl();
  const stopped = await apart(run, 0, into, {
    control,
    onEvent: (event) => void (event.type === "step" && event.epoch === 1 && control.stopNow()),
  });
  expect(stopped).toMatchObject({ reason: "interrupted" });
  expect(await readdir(join(into, "000"))).toEqual(["checkpoint.safetensors"]);
  const steps: number[] = [];
  await apart(run, 0, into, { onEvent: (event) => void (event.type === "step" && steps.push(event.epoch)) });
  expect(Math.min(...steps), "what was trained is not trained again").toBeGreaterThanOrEqual(1);
  expect(await readdir(join(into, "000"))).toEqual(["member.safetensors"]);

  expect(await collect(run, into, other)).toEqual({ reason: "interrupted", missing: [1] });

  await apart(run, 1, into, { onEvent: (event) => event.type === "epoch" && event.epoch === 1 }); // broken off like a killed process
  expect(await apart(run, 1, into)).toMatchObject({ reason: "finished" });
  expect(await collect(run, into, other)).toEqual({ reason: "finished", missing: [] });
  expect(await folderBytes(run)).toEqual(whole);
  // Training the member again changes nothing.
  expect(await apart(run, 1, into)).toMatchObject({ reason: "already" });
});

test("a member that is trained already is not trained again", async () => {
  const run = await prepare(bagged);
  const into = await newOut();
  await apart(run, 1, into);
  const events: RunEvent[] = [];
  expect(await apart(run, 1, into, { onEvent: (event) => void events.push(event) })).toMatchObject({ reason: "already" });
  expect(events.filter(({ type }) => type !== "progress")).toEqual([]);
});

test("members of a chain are trained apart one after the other, each once the one before is collected", async () => {
  const wanted = await folderBytes((await runToy(chain, { container })).folder);
  const run = await prepare(chain);
  const into = await newOut();
  await expect(apart(run, 1, into)).rejects.toThrow(
    "member 1 depends on the one before, with scheme=boost mode=sequential, and member 0 is not",
  );
  for (const member of [0, 1, 2]) {
    await apart(run, member, into);
    expect((await collect(run, into)).missing).toEqual(member < 2 ? [member + 1] : []);
  }
  expect(await folderBytes(run)).toEqual(wanted);
});

test("whoever is called last has the member: one that trains it still writes no more", async () => {
  const run = await prepare(bagged);
  const into = await newOut();
  let taken = false;
  const first = apart(run, 0, into, {
    onEvent: (event) => void (event.type === "step" && (taken = true)),
  });
  // A lock that another host holds with a heartbeat is taken over too: that is the host from which the job was requeued.
  await writeFile(join(await folderOf(into), "lock.json"), JSON.stringify({ pid: 1, host: "node17", id: "other" }));
  await expect(first).rejects.toThrow("was taken over by process 1 on node17");
  expect(taken).toBe(true);
  expect(await apart(run, 0, into)).toMatchObject({ reason: "finished" });
});

/** The member's folder, once its training has locked it. */
async function folderOf(into: string): Promise<string> {
  const folder = join(into, "000");
  while (!(await readdir(folder).catch((): string[] => [])).includes("lock.json")) await new Promise((resolve) => setTimeout(resolve, 1));
  return folder;
}

test("what is damaged, of another run, or no member of the run is refused in a sentence; a damaged checkpoint costs time alone", async () => {
  const run = await prepare(bagged);
  const into = await newOut();
  await expect(apart(run, 3, into)).rejects.toThrow("has no member 3. It has 3, counted from 0.");
  await apart(run, 0, into, { onEvent: (event) => event.type === "epoch" && event.epoch === 1 });
  await flip(join(into, "000/checkpoint.safetensors"));
  expect(await apart(run, 0, into)).toMatchObject({ reason: "finished" });

  const foreign = await prepare({ ...bagged, seed: 9 });
  await expect(apart(foreign, 0, into)).rejects.toThrow(/is of another run than .* Name a folder of this run's own with --into/);
  await expect(collect(foreign, into)).rejects.toThrow("is of another run");

  await mkdir(join(into, "001"));
  await copyFile(join(into, "000/member.safetensors"), join(into, "001/member.safetensors"));
  await expect(collect(run, into)).rejects.toThrow("001/member.safetensors: is member 0");
  await cp(run, `${run}-copy`, { recursive: true });
  await rename(join(into, "001"), join(into, "not-001"));
  const copied = await collect(`${run}-copy`, into);
  expect([copied.reason, copied.missing[0]], "a copy of the run takes it too").toEqual(["interrupted", 1]);

  await flip(join(into, "000/member.safetensors"));
  const again = await prepare(bagged);
  await expect(collect(again, into)).rejects.toThrow(/member\.safetensors: has SHA-256/);
});

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 5]! ^= 1;
  await writeFile(path, bytes);
}
