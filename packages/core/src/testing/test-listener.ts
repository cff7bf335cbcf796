import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { RunEvent, RunEventBody } from "../events.ts";
import type { Listener } from "../listener.ts";

/**
 * Conformance tests for every listener: `testListener("tensorboard", () => listener())`.
 * @param create creates the listener as its definition does; called for every run
 */
export function testListener(name: string, create: () => Listener): void {
  const folders: string[] = [];
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), "benn-listener-"));
    folders.push(folder);
    return folder;
  };
  const killed: Listener[] = [];
  afterEach(async () => {
    for (const listener of killed.splice(0)) await listener.close?.();
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  describe(`the listener ${name}`, () => {
    test("receives a whole run and leaves its events as they are", async () => {
      const listener = create();
      await listener.open?.({ folder: await newFolder(), past: replay([]) });
      for (const event of events) await listener.onEvent(event); // frozen: changing one throws
      await listener.close?.();
    });

    test("leaves the same files behind of a run that was cut anywhere and resumed as of one that was not", async () => {
      const whole = await newFolder();
      await tell(create(), whole, 0, events.length, true);
      const wanted = await filesOf(whole);
      for (const [checkpoint, cut, ended] of [
        [0, 1, true],
        [0, 9, false],
        [5, 5, false],
        [7, 12, true],
        [13, 20, false],
        [events.length - 1, events.length, true],
      ] as const) {
        const folder = await newFolder();
        const first = create();
        await tell(first, folder, 0, cut, ended);
        if (!ended) killed.push(first); // closed at the end of the test, since this process lives on
        await tell(create(), folder, checkpoint, events.length, true);
        expect(await filesOf(folder), `cut after ${cut} events, resumed after ${checkpoint}`).toEqual(wanted);
      }
    });

    test("forgets what came after the checkpoint that a run is resumed from", async () => {
      for (const checkpoint of [0, 7, 12]) {
        const [resumed, wanted] = [await newFolder(), await newFolder()];
        await tell(create(), resumed, 0, events.length, true);
        await tell(create(), resumed, checkpoint, checkpoint, true);
        await tell(create(), wanted, 0, checkpoint, true);
        expect(await filesOf(resumed), `resumed after ${checkpoint} events`).toEqual(await filesOf(wanted));
      }
    });

    test("leaves other files of the run alone", async () => {
      const folder = await newFolder();
      await tell(create(), folder, 0, events.length, true);
      const own = await readdir(folder);
      for (const taken of ["experiment.json", "events.jsonl", "members", "weights", "start", "checkpoint", "lock.json", "report.html"]) {
        expect(own).not.toContain(taken);
      }
    });

    test("closes when there were no events, and when it was never opened", async () => {
      const opened = create();
      await opened.open?.({ folder: await newFolder(), past: replay([]) });
      await opened.close?.();
      await create().close?.();
    });
  });
}

/** @param ended false for a killed process: the listener is not closed */
async function tell(listener: Listener, folder: string, from: number, to: number, ended: boolean): Promise<void> {
  await listener.open?.({ folder, past: replay(events.slice(0, from)) });
  for (const event of events.slice(from, to)) await listener.onEvent(event);
  if (ended) await listener.close?.();
}

async function* replay(past: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* past;
}

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path, "base64")])));
}

/** A small run of two members and twelve classes, with everything that events may contain. */
const events: readonly RunEvent[] = exampleRun();

function exampleRun(): RunEvent[] {
  const told: RunEvent[] = [];
  const say = (body: RunEventBody): void =>
    void told.push(deepFreeze({ ...body, clock: { at: 1_700_000_000_000 + 1250 * told.length, imagesPerSecond: 900, seconds: 1.5 } }));
  const plan = { architecture: "nin", binarizer: "deterministic", epochs: 2, steps: 3, learningRate: 0.01 };
  say({
    type: "run-start",
    run: "example",
    seed: 1,
    backend: "cpu",
    dataset: { name: "made", train: 96, validation: 24, test: 48, labels: Array.from("abcdefghijkl") },
    scheme: "samme",
    mode: "independent",
    voter: "soft",
    batchSize: 32,
    metrics: [
      { name: "accuracy", title: "accuracy", unit: "%", better: "higher" },
      { name: "top5", title: "top-5 accuracy", unit: "%", better: "higher" },
      { name: "loss", title: "cross-entropy", unit: "", better: "lower" },
    ],
    members: [0, 1].map((member) => ({ ...plan, member, parameters: 10, bytes: 20, realBytes: 40 })),
    pretrainEpochs: 0,
  });
  for (const member of [0, 1]) {
    say({ type: "member-start", member, epochs: 2, steps: 3 });
    for (const epoch of [0, 1]) {
      for (const step of [1, 2, 3]) {
        const loss = 2 / (1 + epoch + step);
        say({ type: "step", member, epoch, step, steps: 3, loss, metrics: { accuracy: 0.25 * step, top5: 0.3 * step } });
      }
      say({ type: "epoch", member, epoch, epochs: 2, loss: 1 - epoch / 4, metrics: { accuracy: 0.5 + epoch / 8 }, learningRate: 0.01 });
      say({ type: "score", member, epoch, on: "validation", metric: "accuracy", value: 0.5, best: epoch === 0 });
    }
    const [accuracy, top5, loss] = [0.5, 0.9, 1.25].map((train) => ({ train, validation: train - 0.125, test: train - 0.25 }));
    if (member === 1) say({ type: "warning", member, message: "member 1 is weak." });
    say({ type: "member-end", member, bestEpoch: 1, error: 0.4, alpha: 0.7, metrics: { accuracy: accuracy!, top5: top5!, loss: loss! } });
    const votes = { hard: 0.5, soft: 0.625 };
    say({
      type: "staged",
      members: member + 1,
      metrics: Object.fromEntries(
        ["accuracy", "top5"].map((name) => [name, { validation: votes, test: votes, single: 0.25, singleMean: 0.25 }]),
      ),
    });
  }
  say({ type: "run-end", reason: "finished", members: 2 });
  return told;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
