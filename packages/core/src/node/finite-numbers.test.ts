// Non-finite numbers that a binary network hides: the sign of NaN is ±1, so the training loss stays finite.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { ARCHITECTURES } from "../architecture.ts";
import type { Config } from "../config.ts";
import { DATASETS, type LoadedDataset, type Split, type SplitName } from "../dataset.ts";
import type { RunEvent } from "../events.ts";
import { OPTIMIZERS, type Optimizer } from "../optimizer.ts";
import { readSafetensors } from "../safetensors.ts";
import type { StepAware } from "../layer-context.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { newOut, toyConfig } from "./run-toy.ts";
import { train } from "./train.ts";

const container = toyContainer();

/** Signs ±1, with +1 for NaN as compilers produce it, and the gradient of x itself. */
class Sign extends tf.layers.Layer {
  static readonly className = "Sign";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const sign = tf.customGrad<tf.Tensor>((x) => ({
      value: tf.tidy(() => tf.add(tf.mul(tf.cast(tf.less(x as tf.Tensor, 0), "float32"), -2), 1)),
      gradFunc: (dy: tf.Tensor) => dy.clone(),
    }));
    return sign(Array.isArray(inputs) ? inputs[0]! : inputs);
  }
}

/** Outputs infinity, except in training. */
class Bursts extends tf.layers.Layer implements StepAware {
  static readonly className = "Bursts";
  #scale = 1;
  prepare({ training, epoch }: { training: boolean; epoch: number }): void {
    if (training) this.#scale = epoch < 1 ? 1 : 1e38;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean }): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.tidy(() => (training ? x.clone() : tf.mul(tf.mul(x, this.#scale), this.#scale)));
  }
}

container.resolve(ARCHITECTURES).add("signed", {
  description: "",
  create: () => ({
    build: ({ classes, seed }) =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [4, 4, 1] }),
          tf.layers.dense({ name: "hidden", units: 6, kernelInitializer: tf.initializers.randomNormal({ seed }) }),
          new Sign({ name: "sign" }),
          tf.layers.dense({ name: "classes", units: classes, kernelInitializer: tf.initializers.randomNormal({ seed: seed + 1 }) }),
        ],
      }),
  }),
});
/** Has a weight that does not affect the logits and becomes NaN when the network is prepared for an evaluation after training. */
class Projected extends tf.layers.Layer implements StepAware {
  static readonly className = "Projected";
  #unused: tf.LayerVariable | undefined;
  #steps = 0;
  override build(): void {
    this.#unused = this.addWeight("unused", [2], "float32", tf.initializers.ones(), undefined, false);
    this.built = true;
  }
  prepare({ training }: { training: boolean }): void {
    if (training) this.#steps += 1;
    else if (this.#steps > 0) tf.tidy(() => void this.#unused?.write(tf.fill([2], Number.NaN)));
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (Array.isArray(inputs) ? inputs[0]! : inputs).clone();
  }
}

container.resolve(ARCHITECTURES).add("spoiled-by-scoring", {
  description: "",
  create: () => ({
    build: ({ classes }) =>
      tf.sequential({
        layers: [tf.layers.flatten({ inputShape: [4, 4, 1] }), new Projected({ name: "projected" }), tf.layers.dense({ units: classes })],
      }),
  }),
});
container.resolve(ARCHITECTURES).add("bursting", {
  description: "",
  create: () => ({
    build: ({ classes }) =>
      tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 1] }), tf.layers.dense({ units: classes }), new Bursts({})] }),
  }),
});
/** Gradient descent that sets the hidden kernel, or its slot, to NaN from some step on. */
const spoiling = (what: "weight" | "slot"): Optimizer => ({
  slots: ["velocity"],
  update: (steps, { learningRate, step }) =>
    steps.map(({ parameter, weight, gradient, slots }) => {
      const spoil = (tensor: tf.Tensor, own: typeof what): tf.Tensor =>
        step >= 5 && own === what && parameter.name === "hidden/kernel" ? tf.mul(tensor, Number.NaN) : tensor;
      return {
        weight: spoil(tf.sub(weight, tf.mul(gradient, learningRate)), "weight"),
        slots: { velocity: spoil(slots["velocity"]!, "slot") },
      };
    }),
});
for (const what of ["weight", "slot"] as const)
  container.resolve(OPTIMIZERS).add(`spoils-${what}`, { description: "", create: () => spoiling(what) });

const base = { ...toyConfig, architecture: "signed", epochs: 4, scoreEvery: 4 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

async function run(config: Config, plugins = container): Promise<{ events: RunEvent[]; folder: string; error: unknown }> {
  const out = await newOut();
  const events: RunEvent[] = [];
  let error: unknown;
  try {
    for await (const event of train({ ...base, ...config }, { container: plugins, out })) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  return { events, folder: join(out, "toy"), error };
}

test.for(["weight", "slot"] as const)(
  "a %s of NaN behind a sign, where every loss is finite, ends the run at that epoch by name, and the checkpoint before stays",
  async (what) => {
    const { events, folder, error } = await run({ optimizer: `spoils-${what}` });
    for (const event of events) if (event.type === "step") expect(event.loss).toSatisfy(Number.isFinite);
    const whose = what === "weight" ? "hidden/kernel" : "the optimizer's velocity of hidden/kernel";
    expect(String(error)).toBe(
      `UserError: member 1, epoch 2: ${whose} has 96 of 96 values that are not finite, the first of them NaN. ` +
        "The last good checkpoint is kept; lower learningRate (now 0.02) and start again.",
    );
    const { tensors, metadata } = readSafetensors(await readFile(join(folder, "checkpoint/latest.safetensors")), "checkpoint");
    expect(JSON.parse(metadata["benn"] ?? "")).toMatchObject({ member: 0, training: { epoch: 1, step: 0 } });
    for (const [name, { data }] of tensors) expect(Array.from(data as Float32Array).every(Number.isFinite), name).toBe(true);
    expect(await readdir(join(folder, "members"))).toEqual([]);
  },
);

test("a learning rate that bursts the net ends the run, whatever it is", async () => {
  for (const learningRate of [1e20, 1e30, 1e38]) {
    const { error, folder } = await run({ learningRate });
    expect(String(error)).toMatch(/^UserError: member 1, epoch \d.*(NaN|Infinity).*lower learningRate|with a lower learningRate/);
    expect(await readdir(join(folder, "members"))).toEqual([]);
  }
});

test("logits that are not finite end the run where they are scored, by row, though weights and images are finite", async () => {
  const { error } = await run({ architecture: "bursting", scoreEvery: 1 });
  expect(String(error)).toMatch(
    /^UserError: member 1, epoch 2, training images: the logit of class \d for row \d+ is -?Infinity, though weights and images are finite\. Train with a lower learningRate/,
  );
});

test("weights that are spoiled by the projection before scoring are saved nowhere", async () => {
  const { error, folder } = await run({ architecture: "spoiled-by-scoring", scoreEvery: 2, checkpointSeconds: 0 });
  expect(String(error)).toMatch(/^UserError: member 1, epoch 2: projected\/unused has 2 of 2 values that are not finite/);
  const { tensors } = readSafetensors(await readFile(join(folder, "checkpoint/latest.safetensors")), "checkpoint");
  for (const [name, { data }] of tensors) expect(Array.from(data as Float32Array).every(Number.isFinite), name).toBe(true);
});

/** The toy problem, with bad images in the nth requested batch of a split, counting from 0. */
function spoiledContainer(name: SplitName, nth: number, value: number) {
  const spoiled = toyContainer();
  spoiled.resolve(DATASETS).add("spoiled", {
    description: "",
    create: () => ({
      async load(options): Promise<LoadedDataset> {
        const data = await spoiled.resolve(DATASETS).create("blobs").load(options);
        let calls = 0;
        const own = data[name];
        const split: Split = {
          labels: own!.labels,
          async images(rows, augment) {
            const images = await own!.images(rows, augment);
            return calls++ === nth ? images.with(3 * 16 + 5, value) : images;
          },
        };
        return { ...data, [name]: split };
      },
    }),
  });
  return spoiled;
}

test.for<[SplitName, number, number]>([
  ["train", 3, Number.NaN],
  ["train", 9, Infinity],
  ["train", 17, Number.NaN],
  ["validation", 0, -Infinity],
  ["test", 1, Number.NaN],
])("an image of the %s split that holds such a number in batch %i (%f) ends the run, by row", async ([name, nth, value]) => {
  const config = { architecture: "linear", dataset: "spoiled", validation: 0.2, scoreOn: "validation" } satisfies Config;
  const { error } = await run(config, spoiledContainer(name, nth, value));
  expect(String(error)).toMatch(
    new RegExp(
      `^UserError: dataset spoiled: its ${name} split returned an image with the value ${value}, for row \\d+\\. All values must be finite`,
    ),
  );
});
