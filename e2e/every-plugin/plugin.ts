// One plugin of each kind, as a user outside the repository writes it: a single file that imports only what plugins may import.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import {
  ARCHITECTURES,
  BACKENDS,
  type Binarizer,
  BINARIZERS,
  DATASETS,
  definePlugin,
  KEY_MAPS,
  LISTENERS,
  LOSSES,
  METRICS,
  OPTIMIZERS,
  PRESETS,
  type RunEvent,
  SCHEDULES,
  SCHEMES,
  type Split,
  VIEWS,
  VOTERS,
  z,
} from "@benn/core";
import { BatchNorm, BinaryConv2D, binaryBlock } from "@benn/binarize";
import * as tf from "@benn/core/tensorflow";

const SIDE = 8;

/** Three kinds of stripes: horizontal, vertical, and both. */
function stripes(first: number, rows: number): Split {
  const byte = (row: number, y: number, x: number, channel: number): number => {
    const label = row % 3;
    const lit = label === 0 ? y % 2 : label === 1 ? x % 2 : (x + y) % 2;
    return (lit * 150 + 17 * row + 29 * channel + 5 * x) % 256;
  };
  const [mean, deviation] = [120, 60];
  return {
    labels: Int32Array.from({ length: rows }, (_, i) => (first + i) % 3),
    images: (wanted) =>
      Float32Array.from({ length: wanted.length * SIDE * SIDE * 3 }, (_, i) => {
        const pixel = Math.floor(i / 3) % (SIDE * SIDE);
        const row = first + (wanted[Math.floor(i / 3 / SIDE / SIDE)] ?? 0);
        return (byte(row, Math.floor(pixel / SIDE), pixel % SIDE, i % 3) - mean) / deviation;
      }),
  };
}

/** Signs relative to a trained threshold per channel, x̂ = sign(x − t); kernels are mean |w| · sign(w). */
const shifted: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  parameters: ({ inputShape }) => ({ threshold: tf.fill([inputShape.at(-1) ?? 1], 0.05) }),
  activations: (x, _step, { threshold }) => straightThroughSign(tf.sub(x, threshold!)),
  kernel: (w) => {
    const sign = straightThroughSign(w);
    return tf.mul(sign, tf.mean(tf.abs(w), [...w.shape.keys()].slice(0, -1)));
  },
  project: (w) => tf.clipByValue(w, -1, 1),
};

const straightThroughSign = tf.customGrad<tf.Tensor>((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  const value = tf.sub(tf.mul(tf.cast(tf.greaterEqual(x as tf.Tensor, 0), "float32"), 2), 1);
  return { value, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.cast(tf.less(tf.abs(saved!), 1), "float32")) };
});

/** A trained factor per channel: a layer that packed models do not know, and that lowers itself. */
class Scale extends tf.layers.Layer {
  static readonly className = "Scale";
  #factor: tf.LayerVariable | undefined;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.#factor = this.addWeight("factor", [(inputShape as tf.Shape).at(-1) ?? 1], "float32", tf.initializers.ones());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, this.#factor!.read()));
  }

  async lower({ outputShape, weight }: { outputShape: readonly number[]; weight(name: string): Promise<Float32Array> }) {
    const zeros = new Float32Array(outputShape.at(-1) ?? 1);
    return { op: "affine", mean: zeros, factor: await weight("factor"), offset: zeros } as const;
  }
}

/** The reference's semi-binary NIN at width 0.25 under its own names, to import the reference's checkpoints into. */
function myNin(binarizer: Binarizer, classes: number, inputShape: readonly number[]): tf.LayersModel {
  const pad = { poolSize: 3, strides: 2, padding: "same" } as const;
  const block = (name: string, filters: number, kernelSize: number) => binaryBlock({ name, binarizer, filters, kernelSize });
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ name: "first", filters: 48, kernelSize: 5, padding: "same", inputShape: [...inputShape] }),
      new BatchNorm({ name: "first_bn", affine: false }),
      tf.layers.reLU({ name: "first_relu" }),
      ...block("a", 24, 1),
      tf.layers.maxPooling2d({ name: "pool1", ...pad }),
      ...block("b", 48, 5),
      ...block("c", 48, 1),
      tf.layers.averagePooling2d({ name: "pool2", ...pad }),
      ...block("d", 48, 3),
      ...block("e", 48, 1),
      new BatchNorm({ name: "last_bn", affine: false }),
      tf.layers.conv2d({ name: "last", filters: classes, kernelSize: 1 }),
      tf.layers.globalAveragePooling2d({ name: "mean" }),
    ],
  });
}

export default definePlugin({
  name: "every-kind",
  register(container) {
    container.resolve(DATASETS).add("stripes", {
      description: "three kinds of stripes",
      create: () => ({
        load: async () => ({
          shape: [SIDE, SIDE, 3],
          labels: ["across", "down", "both"],
          train: stripes(0, 96),
          test: stripes(1000, 48),
          provenance: { source: "made up" },
          preprocessing: [
            {
              operation: "custom",
              name: "centre on 120",
              lower: () => [{ operation: "standardize", mean: Float32Array.of(120, 120, 120), deviation: Float32Array.of(60, 60, 60) }],
            },
          ],
        }),
      }),
    });
    container.resolve(BINARIZERS).add("shifted", { description: "signs about trained thresholds", create: () => shifted });
    container.resolve(ARCHITECTURES).add("scaled", {
      description: "three convolutions with trained factors between them",
      create: () => ({
        build: ({ inputShape, classes, binarizer, seed }) => {
          const normal = (salt: number) => tf.initializers.randomNormal({ stddev: 0.1, seed: seed + salt });
          const conv = (name: string, salt: number, filters: number) =>
            new BinaryConv2D({ name, binarizer, filters, kernelSize: 3, padding: "same", kernelInitializer: normal(salt) });
          return tf.sequential({
            layers: [
              tf.layers.conv2d({
                name: "conv1",
                filters: 6,
                kernelSize: 3,
                padding: "same",
                inputShape: [...inputShape],
                kernelInitializer: normal(1),
              }),
              new BatchNorm({ name: "bn1" }),
              new Scale({ name: "scale1" }),
              conv("conv2", 2, 8),
              new BatchNorm({ name: "bn2" }),
              new Scale({ name: "scale2" }),
              conv("conv3", 3, 8),
              tf.layers.conv2d({ name: "conv4", filters: classes, kernelSize: 1, kernelInitializer: normal(4) }),
              tf.layers.globalAveragePooling2d({ name: "mean" }),
            ],
          });
        },
      }),
    });
    container.resolve(ARCHITECTURES).add("my-nin", {
      description: "the reference's NIN under other names",
      create: () => ({ build: ({ inputShape, classes, binarizer }) => myNin(binarizer, classes, inputShape) }),
    });
    container.resolve(KEY_MAPS).add("my-nin", {
      description: "the reference's NIN",
      create: () => ({
        fits: ({ name }) => name === "my-nin",
        map: {
          modules: {
            "xnor.0": "first",
            "xnor.1": "first_bn",
            ...Object.fromEntries(
              [3, 5, 6, 8, 9].flatMap((n, i) => [
                [`xnor.${n}.bn`, `${"abcde"[i]}_bn`],
                [`xnor.${n}.conv`, "abcde"[i]!],
              ]),
            ),
            "xnor.10": "last_bn",
            "xnor.11": "last",
          },
          keys: {},
          ignore: [],
        },
      }),
    });
    container.resolve(SCHEMES).add("double", {
      description: "rows that a member has wrong count twice as much",
      create: () => ({
        next: ({ sampleWeights, wrong, error }) => ({
          kind: "accept",
          alpha: 1 - error,
          sampleWeights: sampleWeights.map((w, row) => (wrong[row] ? 2 * w : w)),
        }),
      }),
    });
    container.resolve(VOTERS).add("squared", {
      description: "logits weighted by squared vote weights",
      create: () => ({
        vote: ({ logits, alphas }) =>
          Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((sum, own, m) => sum + (alphas[m] ?? 0) ** 2 * (own[i] ?? 0), 0)),
        lower: (alphas) => ({ vote: "soft", alphas: alphas.map((alpha) => alpha ** 2) }),
      }),
    });
    container.resolve(BACKENDS).add("one-thread", {
      description: "another plugin's engine, on one thread",
      create: () => {
        const wasm = container.resolve(BACKENDS).create({ name: "wasm", threads: 1 });
        return {
          probe: () => wasm.probe(),
          activate: () => wasm.activate(),
          share: ({ cores }) => ({ lanes: cores, options: () => ({}) }),
        };
      },
    });
    container.resolve(OPTIMIZERS).add("momentum", {
      description: "gradient descent with momentum, for biases and scales",
      options: z.object({ momentum: z.number().min(0).lt(1).default(0.9).describe("share of the velocity that a step keeps") }),
      create: ({ momentum }) => ({
        slots: ["velocity"],
        claims: ({ isBinaryKernel }) => !isBinaryKernel,
        update: (steps, { learningRate }) =>
          steps.map(({ weight, gradient, slots }) => {
            const velocity = tf.add(tf.mul(slots["velocity"]!, momentum), gradient);
            return { weight: tf.sub(weight, tf.mul(velocity, learningRate)), slots: { velocity } };
          }),
      }),
    });
    container.resolve(SCHEDULES).add("line", {
      description: "down to 0 in a straight line",
      create: () => ({
        rate: ({ learningRate, epoch, epochs, step, steps }) => learningRate * (1 - (epoch + step / steps) / epochs),
      }),
    });
    container.resolve(LOSSES).add("smoothed", {
      description: "cross-entropy with smoothed labels",
      options: z.object({ smoothing: z.number().min(0).lt(1).default(0.1).describe("share of the truth that goes to all classes") }),
      create: ({ smoothing }) => ({
        rows: ({ logits, labels }) => {
          const [, classes] = logits.shape;
          const truth = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - smoothing), smoothing / classes);
          return tf.neg<tf.Tensor1D>(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), 1));
        },
      }),
    });
    container.resolve(METRICS).add("missed", {
      description: "share of rows classified wrong",
      create: () => ({
        title: "share missed",
        unit: "%",
        better: "lower",
        of: (scores, labels) => {
          const classes = scores.length / labels.length;
          const hits = labels.filter((label, row) => {
            const own = Array.from(scores.subarray(row * classes, (row + 1) * classes));
            return own.indexOf(Math.max(...own)) === label;
          });
          return 1 - hits.length / labels.length;
        },
        sum: (logits, labels) => tf.sum(tf.cast(tf.notEqual(tf.argMax(logits, 1), labels), "float32")),
      }),
    });
    container.resolve(LISTENERS).add("counter", {
      description: "counts events in a file",
      create: () => {
        let path = "";
        return {
          open: ({ folder }) => void (path = join(folder, "counter.txt")),
          onEvent: ({ type }) => appendFileSync(path, `${type}\n`),
        };
      },
    });
    container.resolve(VIEWS).add("my-epochs", {
      description: "how many epochs are done",
      create: () => ({
        state: 0,
        reduce: (done: number, event: RunEvent) => done + (event.type === "epoch" ? 1 : 0),
        draw: (done: number) => [`${done} epochs`],
      }),
    });
    container.resolve(PRESETS).add("stripes", {
      description: "everything of this plugin at once",
      create: () => ({
        config: {
          dataset: "stripes",
          architecture: "scaled",
          binarizer: "shifted",
          scheme: "double",
          voter: "squared",
          backend: "one-thread",
          optimizer: ["momentum", "adam"],
          schedule: "line",
          loss: "smoothed",
          metrics: ["accuracy", "missed"],
          listeners: "counter",
          members: 2,
          epochs: 4,
          batchSize: 16,
          learningRate: 0.02,
        },
      }),
    });
  },
});
