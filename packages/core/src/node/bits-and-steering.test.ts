// Bit statistics of binary layers, and requests of the user to a member: both are logged, and a run that is interrupted anywhere ends with
// the same bytes.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ARCHITECTURES } from "../architecture.ts";
import type { Config } from "../config.ts";
import type { BitsMeasured, RunEvent } from "../events.ts";
import { RunControl } from "../run-control.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { readControls } from "./control-log.ts";
import { folderBytes } from "./folder-bytes.ts";
import { followEvents } from "./open-run.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import type { TrainOptions } from "./train.ts";
import { verifyRun } from "./verify-run.ts";

/** A dense layer of signs whose latent kernel is centred before each step. Projecting it twice differs from projecting it once. */
class SignDense extends tf.layers.Layer {
  static readonly className = "SignDense";
  readonly bits = { kernel: 1, activations: 1 } as const;
  readonly #units: number;
  readonly #seed: number;
  #kernel: tf.LayerVariable | undefined;

  constructor({ name, units, seed }: { readonly name: string; readonly units: number; readonly seed: number }) {
    super({ name });
    this.#units = units;
    this.#seed = seed;
  }

  override build(shape: tf.Shape | tf.Shape[]): void {
    const initializer = tf.initializers.randomNormal({ stddev: 0.05, seed: this.#seed });
    this.#kernel = this.addWeight("kernel", [(shape as tf.Shape).at(-1) ?? 1, this.#units], "float32", initializer);
    this.built = true;
  }

  prepare(): void {
    const kernel = this.#kernel;
    if (kernel) tf.tidy(() => void kernel.write(tf.mul(tf.sub(kernel.read(), tf.mean(kernel.read())), 1.01)));
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    return [(shape as tf.Shape)[0] ?? null, this.#units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const sign = tf.customGrad((x) => ({
      value: tf.sub(tf.mul(tf.cast(tf.greaterEqual(x as tf.Tensor, 0), "float32"), 2), 1),
      gradFunc: (dy) => dy,
    }));
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor2D;
    return tf.tidy(() => tf.mul(tf.matMul(sign(x), sign(this.#kernel!.read()) as tf.Tensor2D), 0.3));
  }
}

const container = toyContainer();
container.resolve(ARCHITECTURES).add("signs", {
  description: "",
  options: z.object({ dead: z.boolean().default(false) }),
  create: ({ dead }) => ({
    build: ({ inputShape, classes, seed }) =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [...inputShape] }),
          tf.layers.dense({
            name: "hidden",
            units: 8,
            kernelInitializer: tf.initializers.randomNormal({ stddev: 0.5, seed }),
            ...(dead ? { biasInitializer: tf.initializers.constant({ value: 100 }) } : {}),
          }),
          new SignDense({ name: "signs", units: classes, seed: seed + 1 }),
        ],
      }),
  }),
});
const base = { ...toyConfig, architecture: "signs", members: 2, epochs: 4, scoreEvery: 2, learningRate: 0.05 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (config: Config | undefined, options: Partial<TrainOptions>, until?: (event: RunEvent, count: number) => boolean) =>
  runToy(config, { container, ...options }, until);
const bitsOf = (events: readonly RunEvent[]): BitsMeasured[] => events.filter((event) => event.type === "bits");

describe("bits", () => {
  test("each epoch tells of each binary layer, and no tensor is left", async () => {
    const tensors = tf.memory().numTensors;
    const { events } = await run(base, { out: await newOut() });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(bitsOf(events)).toHaveLength(8);
    for (const { layers } of bitsOf(events)) expect(layers).toMatchObject([{ layer: "signs", weights: 24, channels: 8 }]);
    expect(bitsOf(events).some(({ layers }) => layers[0]!.flipped > 0)).toBe(true);
    for (const { layers } of bitsOf(events)) expect((layers[0]!.flipped * 24) % 1).toBeCloseTo(0, 9);
    const plain = await run({ ...base, architecture: "linear" }, { out: await newOut() });
    expect(bitsOf(plain.events)).toEqual([]);
  });

  test("activations beyond ±1 are saturated, channels of one sign dead", async () => {
    const { events } = await run({ ...base, architecture: { name: "signs", dead: true }, members: 1 }, { out: await newOut() });
    expect(bitsOf(events)[0]!.layers[0]).toMatchObject({ saturated: 1, dead: 8 });
  });

  test("a run that was cut anywhere and resumed has the same ones, and the same bytes", async () => {
    const { folder: whole, events } = await run(base, { out: await newOut() });
    const bytes = await folderBytes(whole);
    for (let cut = 3; cut < events.length; cut += 4) {
      const { folder } = await run(base, { out: await newOut() }, (_, nth) => nth === cut);
      await run(undefined, { resume: folder });
      expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(bytes);
    }
  });
});

/** Both at the first batch of an epoch, whatever the clock says. */
const PLAN = [
  { type: "steer", member: 0, epoch: 1, step: 1, action: "learning-rate", factor: 0.5 },
  { type: "steer", member: 1, epoch: 1, step: 1, action: "end-member" },
] as const;

function planned(): RunControl {
  const control = new RunControl();
  control.plan(PLAN);
  return control;
}

describe("steering", () => {
  test("the learning rate changes from a batch on, a member ends with its epoch, and the log says where", async () => {
    const { events } = await run(base, { out: await newOut(), control: planned() });
    expect(events.filter(({ type }) => type === "steer")).toMatchObject(PLAN);
    const rates = events.flatMap((event) => (event.type === "epoch" ? [[event.member, event.learningRate]] : []));
    expect(rates.map(([member]) => member)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(rates[1]![1]).toBeCloseTo(rates[0]![1]! / 2, 9);
    expect(rates[4]![1]).toBe(rates[0]![1]);
    expect(events.findLast(({ type }) => type === "score")).toMatchObject({ member: 1, epoch: 1 });
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "finished", members: 2 });
  });

  test("what is asked while a member trains holds from one of the next batches on, once", async () => {
    const control = new RunControl();
    let isAsked = false;
    const { events } = await run(base, { out: await newOut(), control }, (event) => {
      if (event.type === "step" && !isAsked) {
        isAsked = true;
        control.scaleLearningRate(0.5);
      }
      return false;
    });
    expect(events.filter(({ type }) => type === "steer")).toMatchObject([{ member: 0, action: "learning-rate", factor: 0.5 }]);
    const rates = events.flatMap((event) => (event.type === "epoch" ? [[event.member, event.learningRate] as const] : []));
    const of = (member: number): number => rates.findLast(([own]) => own === member)![1];
    expect(of(0)).toBeCloseTo(of(1) / 2, 9);
  });

  test("a run that was steered, killed and resumed goes on as it was steered", async () => {
    const { folder: first, events } = await run(base, { out: await newOut(), control: planned() });
    const at = events.findIndex(({ type }) => type === "steer");
    const { folder } = await run(base, { out: await newOut(), control: planned() }, (_, nth) => nth === at + 3);
    // Requests before the kill are in the checkpoint.
    const resumed = new RunControl();
    resumed.plan(PLAN.filter(({ member }) => member === 1));
    await run(undefined, { resume: folder, control: resumed });
    expect(await folderBytes(folder)).toEqual(await folderBytes(first));
  });

  test("it can be verified: what was asked stands in its log", async () => {
    const { folder } = await run(base, { out: await newOut(), control: planned() });
    const { members, complete } = await verifyRun(folder, { container });
    expect(complete).toBe(true);
    expect(members.flatMap(({ differences }) => differences)).toEqual([]);
  });

  test("stopping after a member ends there, with the member judged", async () => {
    const control = new RunControl();
    const { events } = await run(base, { out: await newOut(), control }, (event) => {
      if (event.type === "member-start") control.stopAfterMember();
      return false;
    });
    expect(events.filter(({ type }) => type === "member-end")).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "interrupted", members: 1 });
  });
});

test("pauses stand beside the log: whoever follows the run sees them in their place, and the log has the bytes of a run without", async () => {
  const { folder: plain } = await run(base, { out: await newOut() });
  const control = new RunControl();
  control.pause(); // from the first batch on
  const { folder } = await run(base, { out: await newOut(), control }, (event) => {
    if (event.type === "control" && event.state === "paused") setTimeout(() => control.resume(), 50);
    return false;
  });
  expect((await readControls(folder)).map(({ state }) => state)).toEqual(["paused", "running"]);
  const followed: RunEvent[] = [];
  for await (const event of followEvents(folder, { follow: true })) followed.push(event);
  const types = followed.map((event) => (event.type === "control" ? event.state : event.type));
  // Positions are by the clock, in whole milliseconds: the step before a pause may have the same one.
  expect(types.indexOf("paused")).toBeGreaterThan(types.indexOf("run-start"));
  expect(types.indexOf("running")).toBeGreaterThan(types.indexOf("paused"));
  expect(types.indexOf("running")).toBeLessThan(types.indexOf("epoch"));
  const { "control.jsonl": pauses, ...others } = await folderBytes(folder);
  expect(pauses).toBeDefined();
  expect(others).toEqual(await folderBytes(plain));
  expect(await readFile(join(folder, "events.jsonl"), "utf8")).not.toContain("control");
});
