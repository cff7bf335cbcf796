import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createContainer, LISTENERS, type RunEvent, type RunEventBody } from "@benn/core";
import { testListener } from "@benn/core/testing";
import { expect, test } from "vitest";
import { readEventFile } from "../test/read-event-file.ts";
import { convertRun } from "./convert-run.ts";
import plugin, { tensorboard } from "./index.ts";

testListener("tensorboard", tensorboard);

const at = 1_700_000_000_500;
const runStart: RunEventBody = {
  type: "run-start",
  run: "example",
  seed: 0,
  backend: "wasm",
  dataset: { name: "pictures", train: 300, validation: 8, test: 8, labels: [] },
  scheme: "bagging",
  mode: "sequential",
  voter: "soft",
  batchSize: 10,
  metrics: [
    { name: "accuracy", title: "accuracy", unit: "%", better: "higher" },
    { name: "top5", title: "top-5 accuracy", unit: "%", better: "higher" },
    { name: "loss", title: "cross-entropy", unit: "", better: "lower" },
    { name: "brier", title: "Brier score", unit: "", better: "lower" },
  ],
  members: [0, 1].map((member) => ({
    member,
    architecture: "nin",
    binarizer: "abs-sign",
    epochs: 2,
    steps: 30,
    learningRate: 0.1,
    parameters: 100,
    bytes: 20,
    realBytes: 400,
  })),
  pretrainEpochs: 2,
};

/** Two members of two epochs of thirty batches, with an event at every tenth and a pretrained start. */
function exampleEvents(): RunEvent[] {
  const events: RunEvent[] = [];
  const say = (body: RunEventBody): void => void events.push({ ...body, clock: { at: at + 1000 * events.length } });
  say(runStart);
  for (const member of [-1, 0, 1]) {
    say({ type: "member-start", member, epochs: 2, steps: 30 });
    for (const epoch of [0, 1]) {
      const batch = { accuracy: 0.25, top5: 0.5, brier: 0.75 };
      for (const step of [10, 20, 30]) say({ type: "step", member, epoch, step, steps: 30, loss: 2 + member, metrics: batch });
      say({ type: "epoch", member, epoch, epochs: 2, loss: 1, metrics: { accuracy: 0.375, brier: 0.625 }, learningRate: 0.1 });
      if (epoch === 1) say({ type: "score", member, epoch, on: "validation", metric: "accuracy", value: 0.125, best: true });
    }
    if (member < 0) continue;
    const on = (test: number) => ({ train: 1, test });
    const alone = { accuracy: on(0.5), top5: on(0.75), loss: on(1.5), brier: on(0.5) };
    say({ type: "member-end", member, bestEpoch: 1, error: 0.4, alpha: 1, metrics: alone });
    const single = { single: 0.5, singleMean: 0.5 };
    say({
      type: "staged",
      members: member + 1,
      metrics: {
        accuracy: { validation: { soft: 0.25 }, test: { hard: 0.5, soft: 0.625 }, ...single, outOfBag: 0.375 },
        top5: { validation: { soft: 0.5 }, test: { hard: 0.75, soft: 0.875 }, ...single },
        brier: { test: { soft: 0.25 }, ...single },
      },
    });
  }
  say({ type: "run-end", reason: "finished", members: 2 });
  return events;
}

async function* replay(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events;
}

async function write(events: readonly RunEvent[], folder?: string): Promise<string> {
  const run = folder ?? (await mkdtemp(join(tmpdir(), "benn-tensorboard-")));
  const listener = tensorboard();
  await listener.open?.({ folder: run, past: replay([]) });
  for (const event of events) await listener.onEvent(event);
  await listener.close?.();
  return run;
}

const read = (run: string, folder: string) => readEventFile(join(run, "tensorboard", folder, "events.out.tfevents.benn"));

test("a member's file holds the scalars of its batches, epochs and end, in steps that go on over epochs and members", async () => {
  const run = await write(exampleEvents());
  expect((await readdir(join(run, "tensorboard"))).toSorted()).toEqual(["ensemble", "member-000", "member-001", "start"]);
  for (const [member, first] of [
    [0, 60],
    [1, 120],
  ] as const) {
    const [version, ...events] = await read(run, `member-00${member}`);
    expect(version).toMatchObject({ fileVersion: "brain.Event:2", step: 0, scalars: {} });
    const batch = { "train_batch/loss": 2 + member, "train_batch/top1": 25, "train_batch/top5": 50, "train_batch/brier": 0.75 };
    const epoch = (from: number) => [
      ...[10, 20, 30].map((step) => [first + from + step, batch]),
      [first + from + 30, { "train/avg_top1": 37.5, "train/brier": 0.625 }],
    ];
    expect(events.map(({ step, scalars }) => [step, scalars])).toEqual([
      ...epoch(0),
      ...epoch(30),
      [first + 60, { "validation/avg_top1": 12.5 }],
      [first + 60, { "test/loss": 1.5, "test/avg_top1": 50, "test/avg_top5": 75, "test/brier": 0.5 }],
    ]);
  }
  expect((await read(run, "start")).map(({ step }) => step)).toEqual([0, 10, 20, 30, 30, 40, 50, 60, 60, 60]);
});

test("an event has the time at which it happened, in seconds", async () => {
  const events = exampleEvents();
  const run = await write(events);
  const ofMember = events.filter((event) => "member" in event && event.member === 1 && event.type !== "member-start");
  const [version, ...written] = await read(run, "member-001");
  expect(written.map(({ wallTime }) => wallTime)).toEqual(ofMember.map(({ clock }) => clock.at / 1000));
  expect(version?.wallTime).toBe(written[0]?.wallTime);
});

test("the ensemble's file has the votes, by the number of members", async () => {
  const [, ...events] = await read(await write(exampleEvents()), "ensemble");
  const votes = {
    "vote/test/hard": 50,
    "vote/test/soft": 62.5,
    "vote/test_top5/hard": 75,
    "vote/test_top5/soft": 87.5,
    "vote/test_brier/soft": 0.25,
    "vote/validation/soft": 25,
    "vote/validation_top5/soft": 50,
    "vote/out_of_bag": 37.5,
  };
  expect(events.map(({ step, scalars }) => [step, scalars])).toEqual([
    [1, votes],
    [2, votes],
  ]);
});

test("what an event does not hold is left out, and steps may pass 32 bits", async () => {
  const clock = { at };
  const steps = 2 ** 33 + 5;
  const [, first, second] = await read(
    await write([
      { ...runStart, clock },
      { type: "step", member: 0, epoch: 0, step: steps, steps, loss: 1, metrics: {}, clock },
      {
        type: "epoch",
        member: 0,
        epoch: 0,
        epochs: 1,
        loss: 1,
        metrics: { accuracy: 1, top5: Number.NaN, brier: null as unknown as number },
        learningRate: 1,
        clock,
      },
    ]),
    "member-000",
  );
  expect(first).toMatchObject({ step: steps, scalars: { "train_batch/loss": 1 } });
  expect(Object.keys(first?.scalars ?? {})).toHaveLength(1);
  expect(second).toMatchObject({ step: steps, scalars: { "train/avg_top1": 100 } });
  expect(Object.keys(second?.scalars ?? {})).toHaveLength(1);
});

test("a finished run is converted to the files that training it would have written, again and again", async () => {
  const events = exampleEvents();
  const wanted = await write(events);
  const run = await mkdtemp(join(tmpdir(), "benn-tensorboard-"));
  await writeFile(join(run, "events.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const experiment = { benn: "0", config: {}, dataset: {}, versions: {}, machine: {} };
  await writeFile(join(run, "experiment.json"), JSON.stringify(experiment));
  await mkdir(join(run, "tensorboard/member-007"), { recursive: true });
  await cp(join(wanted, "tensorboard/member-000"), join(run, "tensorboard/member-007"), { recursive: true }); // left by an interrupted run
  await writeFile(join(run, "tensorboard/notes.txt"), "mine");
  for (let i = 0; i < 2; i++) {
    await convertRun(run);
    for (const folder of ["start", "member-000", "member-001", "ensemble"])
      expect(await read(run, folder)).toEqual(await read(wanted, folder));
    expect(await readdir(join(run, "tensorboard/member-007"))).toEqual([]);
    expect(await readFile(join(run, "tensorboard/notes.txt"), "utf8")).toBe("mine");
  }
  await expect(convertRun(join(run, "none"))).rejects.toThrow("does not exist");
});

test("it is a listener by name", async () => {
  const container = createContainer();
  await plugin.register(container);
  expect(container.resolve(LISTENERS).create("tensorboard")).toHaveProperty("onEvent");
});

test.for(["/../../../outside", "../outside", "\u001B[2J"])(
  "a log whose member is the text %j writes nothing outside the run",
  async (member) => {
    const outer = await mkdtemp(join(tmpdir(), "benn-tensorboard-"));
    const run = join(outer, "run");
    await mkdir(run);
    const evil = exampleEvents().map((event) => (event.type === "step" ? { ...event, member: member as never } : event));
    await expect(write(evil, run)).rejects.toThrow(/is no name of a folder\. The run's events\.jsonl was damaged\.$/);
    expect(await readdir(outer)).toEqual(["run"]);
  },
);

test.for(["tensorboard", "tensorboard/member-000", "tensorboard/start/events.out.tfevents.benn"])(
  "a link at %s is not followed",
  async (place) => {
    const [run, elsewhere] = [await mkdtemp(join(tmpdir(), "benn-tensorboard-")), await mkdtemp(join(tmpdir(), "benn-elsewhere-"))];
    const target = join(elsewhere, "events.out.tfevents.benn");
    await writeFile(target, "precious");
    await mkdir(join(run, dirname(place)), { recursive: true });
    await symlink(place.endsWith(".benn") ? target : elsewhere, join(run, place));
    await expect(tensorboard().open?.({ folder: run, past: replay(exampleEvents()) })).rejects.toThrow(
      /is a link, and event files are written inside the run alone\. Remove the link\.$/,
    );
    expect(await readdir(elsewhere)).toEqual(["events.out.tfevents.benn"]);
    expect(await readFile(target, "utf8")).toBe("precious");
  },
);
