import { BatchNorm, batchNorm, binaryConv2d, binaryKernel, binarySign, centreAndClip, dropoutMask } from "@benn/binarize";
import { createContainer, OPTIMIZERS, type Spec } from "@benn/core";
import { createRandom, type MemberOptimizer, memberOptimizer } from "@benn/core/internals";
import optimizers from "@benn/optimizers";
import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { create, difference, onBoth } from "../../test/use-software-gpu.ts";
import { KERNELS } from "../kernel-list.ts";
import { BACKEND_NAME } from "../register.ts";

const TOLERANCE = 1e-5;

const random = (shape: readonly number[], seed: number, purpose: string): tf.Tensor => {
  const draw = createRandom(seed, purpose);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => draw.normal()),
    [...shape],
  );
};

/** On the CPU the same calls are composed from TensorFlow.js's own kernels. Odd sizes, one row, more than one word of channels. */
const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 3, max: 11 }),
  width: fc.integer({ min: 3, max: 9 }),
  channels: fc.constantFrom(1, 3, 8, 33, 70),
  filters: fc.constantFrom(1, 4, 7, 35),
  window: fc.constantFrom([1, 1], [3, 3], [3, 2]),
  strides: fc.constantFrom([1, 1], [2, 2], [1, 2]),
  pad: fc.constantFrom([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 0]),
  seed: fc.nat(1000),
  flag: fc.boolean(),
  other: fc.boolean(),
});
type Given = typeof sizes extends fc.Arbitrary<infer T> ? T : never;
type Sizes = { [K in keyof Given]: Given[K] extends number ? number : Given[K] };

/** More than 256 pixels: products are split, and sums take several passes. */
const large: Sizes = {
  batch: 2,
  height: 13,
  width: 11,
  channels: 5,
  filters: 37,
  window: [3, 3],
  strides: [1, 1],
  pad: [1, 1, 1, 1],
  seed: 1,
  flag: true,
  other: true,
};

/** More rows than one pass sums. */
const tall: Sizes = { ...large, batch: 3, height: 947 };

const compared = (name: string, compute: (given: Sizes) => tf.Tensor[], examples = [large]) =>
  test(
    name,
    async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async (given) => {
          expect(difference(await onBoth(() => compute(given)), TOLERANCE)).toBeUndefined();
        }),
        { seed: 7, numRuns: 4, examples: examples.map((example): [Given] => [example as Given]), endOnFailure: true },
      );
    },
    120_000,
  );

compared(
  "batch norm and its gradients are those composed of stock kernels",
  ({ batch, height, channels, seed, flag, other }) => {
    const x = tf.add(tf.mul(random([batch, height, channels], seed, "x"), 3), 20); // far from 0, where E[x²] − E[x]² would fail
    const dy = random(x.shape, seed, "dy");
    const scale = flag ? (random([channels], seed, "scale") as tf.Tensor1D) : undefined;
    const offset = other ? (random([channels], seed, "offset") as tf.Tensor1D) : undefined;
    let moments: tf.Tensor[] = [];
    const loss = (...args: tf.Tensor[]): tf.Tensor => {
      const rest = args.slice(1) as tf.Tensor1D[];
      const { y, mean, variance } = batchNorm(args[0]!, flag ? rest.shift() : undefined, other ? rest.shift() : undefined, 1e-4);
      moments = [mean, variance];
      return y;
    };
    const { value, grads } = tf.valueAndGrads(loss)(
      [x, scale, offset].filter((tensor) => tensor !== undefined),
      dy,
    );
    return [value, ...grads, ...moments];
  },
  [large, tall],
);

compared(
  "batch norm stays exact where a corner is far from everything else",
  ({ batch, height, channels, seed }) => {
    const corner = tf.scatterND(tf.tensor2d([[0]], [1, 1], "int32"), tf.fill([1, channels], 1e3), [batch * height, channels]);
    const x = tf.add(random([batch * height, channels], seed, "x"), corner);
    const { y, mean, variance } = batchNorm(x, undefined, undefined, 1e-4);
    return [y, mean, variance];
  },
  [tall],
);

compared(
  "a residual layer's sum and its gradient are those composed, whichever is added to which",
  ({ batch, height, channels, seed, flag }) => {
    const x = random([batch, height, channels], seed, "x");
    const layer = (x: tf.Tensor): tf.Tensor => {
      const { y, mean, variance } = batchNorm(binarySign(x), undefined, undefined, 1e-4);
      tf.dispose([mean, variance]);
      return flag ? tf.add(x, y) : tf.add(y, x);
    };
    const { value, grad } = tf.valueAndGrad(layer)(x, random(x.shape, seed, "dy"));
    return [value, grad];
  },
  [large, tall],
);

compared("the sign and its gradient are those composed, at 0 and at ±1 too", ({ height, channels, seed }) => {
  const x = tf.concat([random([height * channels], seed, "x"), tf.tensor1d([0, -0, 1, -1, 1e-30, -1e-30])]);
  const { value, grad } = tf.valueAndGrad(binarySign)(x, random(x.shape, seed, "dy"));
  return [value, grad];
});

compared("dropout drops the same elements, forward and backward", ({ batch, height, channels, seed, flag }) => {
  const x = random([batch, height, channels], seed, "x");
  const { value, grad } = tf.valueAndGrad((x) => dropoutMask(x, flag ? 0.5 : 0.1, (seed * 0x9e3779b1) >>> 0))(
    x,
    random(x.shape, seed, "dy"),
  );
  return [value, grad];
});

compared(
  "the binary convolution and its gradients are those composed, with zeros, strides, uneven padding and ReLU",
  ({ batch, height, width, channels, filters, window, strides, pad, seed, flag, other }) => {
    const x = tf.round(tf.clipByValue(random([batch, height, width, channels], seed, "x"), -1, 1)) as tf.Tensor4D; // −1, 0, +1
    const magnitudes = tf.add(tf.abs(random([filters], seed, "a")), 0.1);
    const kernel = tf.mul<tf.Tensor4D>(binarySign(random([...window, channels, filters], seed, "w")), magnitudes);
    const bias = flag ? (random([filters], seed, "bias") as tf.Tensor1D) : undefined;
    const options = {
      strides: strides as [number, number],
      pad: pad as [number, number, number, number],
      scale: other ? 2 : 1,
      relu: flag,
    };
    const run = (...[x, kernel, bias]: tf.Tensor[]): tf.Tensor =>
      binaryConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, bias as tf.Tensor1D | undefined, options);
    const y = run(x, kernel, ...(bias ? [bias] : []));
    const { grads } = tf.valueAndGrads(run)(bias ? [x, kernel, bias] : [x, kernel], random(y.shape, seed, "dy"));
    return [y, ...grads];
  },
);

compared(
  "a binary convolution of signs that nobody else reads is that of the signs written down",
  ({ batch, height, width, channels, filters, window, strides, pad, seed, flag }) => {
    const x = random([batch, height, width, channels], seed, "x");
    const kernel = binarySign(random([...window, channels, filters], seed, "w")) as tf.Tensor4D;
    const options = { strides: strides as [number, number], pad: pad as [number, number, number, number], scale: 1, relu: flag };
    const run = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
      binaryConv2d(binarySign(x) as tf.Tensor4D, kernel as tf.Tensor4D, undefined, options);
    const y = run(x, kernel);
    return [y, ...tf.grads(run)([x, kernel], random(y.shape, seed, "dy"))];
  },
);

compared(
  "a convolution's gradients are TensorFlow.js's own",
  ({ batch, height, width, channels, filters, window, strides, seed, flag }) => {
    const x = random([batch, height, width, channels], seed, "x") as tf.Tensor4D;
    const kernel = random([...window, channels, filters], seed, "w") as tf.Tensor4D;
    const run = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
      tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, strides as [number, number], flag ? "same" : "valid");
    const y = run(x, kernel);
    return [y, ...tf.grads(run)([x, kernel], random(y.shape, seed, "dy"))];
  },
);

compared("a latent kernel's rule, its signs and their gradients are those composed, beyond ±1 too", (sizes) => {
  const { window, channels, filters, seed } = sizes;
  const w = tf.mul(random([...window, channels, filters], seed, "w"), 1.5);
  const { value, grad } = tf.valueAndGrad((w) => binaryKernel(w))(w, random(w.shape, seed, "dy"));
  return [value, grad, centreAndClip(w)];
});

compared("running statistics are those composed", ({ channels, seed, flag }) => {
  const layer = new BatchNorm({ name: `norm-${channels}`, momentum: flag ? 0.9 : 0.5 });
  for (const step of [1, 2]) layer.apply(random([2, 3, 3, channels], seed + step, "x"), { training: true });
  const statistics = layer.nonTrainableWeights.map((weight) => weight.read().clone());
  layer.dispose();
  return statistics;
});

compared("sums and means over any neighbouring axes are TensorFlow.js's own", ({ batch, height, width, channels, seed, flag }) => {
  const x = random([batch, height, width, channels], seed, "x");
  const many = random([3000, channels], seed, "many"); // more rows than one pass takes
  const axes = [[0], [0, 1], [0, 1, 2], [1], [1, 2], [2], [0, 2], [3], [1, 2, 3]];
  return [...axes.flatMap((axis) => [tf.sum(x, axis, flag), tf.mean(x, axis, !flag)]), tf.sum(many, 0), tf.mean(many, [0])];
});

compared(
  "a max pool's gradient goes to the first of equal maxima, negative ones too",
  ({ batch, height, width, channels, strides, seed, flag, other }) => {
    const x = tf.round<tf.Tensor4D>(tf.mul(random([batch, height, width, channels], seed, "x"), 2)); // many equal values
    const pool = (x: tf.Tensor): tf.Tensor =>
      tf.maxPool(x as tf.Tensor4D, flag ? 3 : [2, 3], strides as [number, number], other ? "same" : "valid");
    const y = pool(x);
    return [y, tf.grad(pool)(x, random(y.shape, seed, "dy"))];
  },
);

const container = createContainer();
await optimizers.register(container);

/** An optimizer on a model of one weight, to be disposed with it. */
function optimizerOn(weight: tf.Tensor, spec: Spec): { model: tf.LayersModel; variable: tf.Variable; optimizer: MemberOptimizer } {
  const [inputs, units] = weight.shape as [number, number];
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [inputs], units, useBias: false, weights: [weight] })] });
  const rule = container.resolve(OPTIMIZERS).create(spec);
  const optimizer = memberOptimizer(model, [{ name: spec.name, optimizer: { ...rule, claims: () => true } }]);
  return { model, variable: model.weights[0]!.read() as tf.Variable, optimizer };
}

for (const [name, weightDecay] of [
  ["adam", 1e-2],
  ["adamw", 2],
  ["sgd", 1e-2],
] as const) {
  compared(`${name}'s steps are those composed`, ({ height, channels, seed, flag, other }) => {
    const spec = { name, weightDecay: flag ? weightDecay : 0, ...(name === "sgd" ? { nesterov: other } : {}) };
    return [stepped(random([height, channels], seed, "w"), spec, seed, other)];
  });
}

compared("Bop's steps are those composed", ({ height, channels, seed, other }) => [
  stepped(random([height, channels], seed, "w"), { name: "bop", gamma: 0.3, threshold: 0.2 }, seed, other),
]);

/** @param held whether something else holds the weight meanwhile, so that it cannot be updated in place */
function stepped(weight: tf.Tensor, spec: Spec, seed: number, held: boolean): tf.Tensor {
  const { model, variable, optimizer } = optimizerOn(weight, spec);
  for (const step of [1, 2, 3]) {
    const holder = held ? variable.clone() : undefined;
    optimizer.apply({ [variable.name]: random(weight.shape, seed + step, "gradient") }, 0.01);
    holder?.dispose();
  }
  const after = variable.clone();
  optimizer.dispose();
  model.dispose();
  return after;
}

compared("gradients that are put off until somebody asks for them can be computed with, small ones too", ({ channels, seed }) => {
  const x = random([2, 3, channels], seed, "x");
  const scale = random([channels], seed, "scale") as tf.Tensor1D;
  const [dScale] = tf
    .grads((...[x, scale]) => batchNorm(x!, scale as tf.Tensor1D, undefined, 1e-4).y)([x, scale], random(x.shape, seed, "dy"))
    .slice(1);
  const kernel = random([1, 1, channels, 2], seed, "w") as tf.Tensor4D;
  const images = random([1, 2, 2, channels], seed, "images") as tf.Tensor4D;
  const dImages = tf.grad((x) => tf.conv2d(x as tf.Tensor4D, kernel, 1, "same"))(images);
  return [tf.add(tf.neg(dScale!), 1), tf.add(tf.neg(dImages), 1), tf.concat([dScale!, dScale!])];
});

test("a weight that was read, or that somebody else holds, is updated all the same, and the other keeps what it has", async () => {
  await create().activate();
  const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i));
  const made = tf.tidy(() => optimizerOn(tf.tensor2d(values, [2000, 1]), { name: "adam", weightDecay: 0 }) as never);
  const { model, variable, optimizer } = made as ReturnType<typeof optimizerOn>;
  const gradient = tf.ones([2000, 1]);
  expect(await variable.data()).toEqual(values);
  const held = variable.clone();
  optimizer.apply({ [variable.name]: gradient }, 0.5); // the first step equals the rate, against the gradient's sign
  const expectedAfter = (steps: number) => values.map((value) => value - 0.5 * steps);
  for (const [i, value] of (await variable.data()).entries()) expect(value).toBeCloseTo(expectedAfter(1)[i]!, 5);
  expect(await held.data()).toEqual(values);
  held.dispose();
  optimizer.apply({ [variable.name]: gradient }, 0.5);
  for (const [i, value] of (await variable.data()).entries()) expect(value).toBeCloseTo(expectedAfter(2)[i]!, 5);
  optimizer.dispose();
  model.dispose();
  gradient.dispose();
});

test("every kernel of its own is what TensorFlow.js runs on this backend", () => {
  for (const name of Object.keys(KERNELS)) expect(tf.getKernel(name, BACKEND_NAME), name).toBeDefined();
  expect(tf.getKernel("BinaryConv2D", "cpu")).toBeUndefined(); // otherwise the tests above would compare nothing
});
