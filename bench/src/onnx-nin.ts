// The semi-binary NIN as an ONNX graph, for engines that only infer: its evaluation, and its training step as one plain graph of the
// forward pass, the backward pass written by hand, and Adam, whose parameters, moments and running statistics are inputs and outputs.
// Channels come first: [batch, channels, height, width].
import { channelsFirst, type GivenWeight } from "./model-weights.ts";
import { OnnxGraph } from "./onnx-graph.ts";

export interface OnnxNin {
  readonly file: Uint8Array;
  /**
   * Inputs of the first training step, except `image`, `truth`, `rate` and `root`; output `NAME.next` is the next step's `NAME`. Empty for
   * evaluation.
   */
  readonly state: Readonly<Record<string, { readonly values: Float32Array; readonly shape: readonly number[] }>>;
}

/** Emits the gradient of a layer's input from that of its output; "" if it is not needed. */
type Backward = (dy: string) => string;

interface Layer {
  readonly y: string;
  readonly back: Backward;
}

const WEIGHT_DECAY = 1e-5;
/** Of batch norm. */
const EPSILON = 1e-4;

/** Height and width of the images. */
export const SIDE = 32;

/**
 * @param weights of `nin({ binary: "inner" })`, by name: "conv1/kernel", "conv2_bn/gamma" …
 * @param training settings of a step; without them, the graph is for evaluation, with input `image` and output `logits`
 */
export function onnxNin(weights: readonly GivenWeight[], training?: { readonly batch: number; readonly dropout: number }): OnnxNin {
  const { batch, dropout } = training ?? { batch: 0, dropout: 0 };
  const g = new OnnxGraph();
  const state: Record<string, { values: Float32Array; shape: readonly number[] }> = {};
  const gradients = new Map<string, string>();
  const scalar = (value: number): string => g.constant(Float32Array.of(value), []);
  const sizes = (...values: readonly number[]): string => g.constant(BigInt64Array.from(values, BigInt));
  const [zero, one, minus] = [scalar(0), scalar(1), scalar(-1)];
  const add = (a: string, b: string): string => g.add("Add", [a, b]);
  const sub = (a: string, b: string): string => g.add("Sub", [a, b]);
  const mul = (a: string, b: string): string => g.add("Mul", [a, b]);
  const times = (a: string, factor: number): string => mul(a, scalar(factor));
  const where = (condition: string, a: string, b: string): string => g.add("Where", [condition, a, b]);
  const sum = (x: string, axes: readonly number[], keepdims = 1): string => g.add("ReduceSum", [x, sizes(...axes)], { keepdims });
  const mean = (x: string, axes: readonly number[], keepdims = 1): string => g.add("ReduceMean", [x], { axes, keepdims });
  const reshape = (x: string, ...shape: readonly number[]): string => g.add("Reshape", [x, sizes(...shape)]);
  const flat = (x: string): string => reshape(x, -1);
  const transpose = (x: string, ...perm: readonly number[]): string => g.add("Transpose", [x], { perm });
  const signOf = (x: string): string => where(g.add("Less", [x, zero]), minus, one);
  /** Sums of each channel, [1, channels, 1, 1]: within images first. */
  const channelSums = (x: string): string => sum(sum(x, [2, 3]), [0]);

  /** An input that a step updates; vectors are along the channels. */
  const given = (name: string, values: Float32Array, shape: readonly number[]): string => {
    state[name] = { values, shape };
    return g.input(name, shape);
  };
  const becomes = (name: string, value: string): void => {
    g.add("Identity", [value], {}, [`${name}.next`]);
    g.output(`${name}.next`, state[name]?.shape ?? []);
  };
  const weight = (name: string): { name: string; value: string; shape: readonly number[] } => {
    const found = weights.find((weight) => weight.name === name);
    if (!found) throw new Error(`onnxNin: there is no weight "${name}"`);
    const { values, shape } = channelsFirst(found);
    return { name, value: training ? given(name, values, shape) : g.constant(values, shape), shape };
  };

  const adam = (name: string, value: string): void => {
    const { shape, values } = state[name] ?? { shape: [], values: new Float32Array(0) };
    const [m, v] = ["first", "second"].map((moment) => given(`${name}.${moment}`, new Float32Array(values.length), shape)) as [
      string,
      string,
    ];
    const gradient = add(gradients.get(name) ?? zero, times(value, WEIGHT_DECAY));
    const first = add(times(m, 0.9), times(gradient, 1 - 0.9));
    const second = add(times(v, 0.999), times(mul(gradient, gradient), 1 - 0.999));
    const denominator = add(g.add("Div", [g.add("Sqrt", [second]), "root"]), scalar(1e-8));
    becomes(name, sub(value, mul(g.add("Div", [first, denominator]), "rate")));
    becomes(`${name}.first`, first);
    becomes(`${name}.second`, second);
  };
  /** Values that Adam updates, by name: a weight, unprojected or projected. */
  const parameters = new Map<string, string>();

  const evaluated = (y: string): Layer => ({ y, back: () => "" });

  /** The product with a kernel [filters, channels, size, size], and its gradients; 1×1 kernels as matrices. */
  const product = (
    x: string,
    kernel: string,
    [f = 0, c = 0, size = 0]: readonly number[],
    pixels: number,
    toKernel: (dw: string) => void,
    first: boolean,
  ): Layer => {
    const across = Math.sqrt(pixels);
    if (size === 1) {
      const [matrix, columns] = [reshape(kernel, f, c), reshape(x, batch, c, pixels)];
      const back: Backward = (dy) => {
        const gradient = reshape(dy, batch, f, pixels);
        toKernel(reshape(sum(g.add("MatMul", [gradient, transpose(columns, 0, 2, 1)]), [0]), f, c, 1, 1));
        return reshape(g.add("MatMul", [transpose(matrix, 1, 0), gradient]), batch, c, across, across);
      };
      return { y: reshape(g.add("MatMul", [matrix, columns]), batch, f, across, across), back };
    }
    const pads = Array<number>(4).fill((size - 1) / 2);
    const back: Backward = (dy) => {
      toKernel(transpose(g.add("Conv", [transpose(x, 1, 0, 2, 3), transpose(dy, 1, 0, 2, 3)], { pads }), 1, 0, 2, 3));
      if (first) return "";
      const turned = g.add("Slice", [
        transpose(kernel, 1, 0, 2, 3),
        sizes(-1, -1),
        sizes(-size - 1, -size - 1),
        sizes(2, 3),
        sizes(-1, -1),
      ]);
      return g.add("Conv", [dy, turned], { pads });
    };
    return { y: g.add("Conv", [x, kernel], { pads }), back };
  };

  const convolution = (x: string, name: string, pixels: number, binary: boolean): Layer => {
    const kernel = weight(`${name}/kernel`);
    const bias = weight(`${name}/bias`);
    const [, c = 1, size = 1] = kernel.shape;
    const n = c * size * size;
    let used = kernel.value;
    let toLatent = (dw: string): string => dw;
    let latent = kernel.value;
    if (binary) {
      latent = g.add("Clip", [c > 1 ? sub(kernel.value, mean(kernel.value, [1])) : kernel.value, minus, one]);
      const magnitude = mean(g.add("Abs", [latent]), [1, 2, 3]);
      const signs = signOf(latent);
      used = mul(signs, magnitude);
      // Projected weights are never outside ±1, where the first term would be 0.
      toLatent = (dw) =>
        times(add(mul(magnitude, dw), mul(signs, times(sum(mul(dw, signs), [1, 2, 3]), 1 / n))), n * (c > 1 ? 1 - 1 / c : 1));
    }
    if (!training) {
      const pads = Array<number>(4).fill((size - 1) / 2);
      return evaluated(g.add("Conv", [x, used, flat(bias.value)], { pads }));
    }
    const { y, back } = product(x, used, kernel.shape, pixels, (dw) => gradients.set(kernel.name, toLatent(dw)), name === "conv1");
    parameters.set(kernel.name, latent).set(bias.name, bias.value);
    return {
      y: add(y, bias.value),
      back: (dy) => {
        gradients.set(bias.name, channelSums(dy));
        return back(dy);
      },
    };
  };

  const norm = (x: string, name: string, pixels: number, affine: boolean): Layer => {
    const [gamma, beta] = affine ? [weight(`${name}/gamma`), weight(`${name}/beta`)] : [];
    const running = { mean: weight(`${name}/moving_mean`), variance: weight(`${name}/moving_variance`) };
    if (!training) {
      const channels = running.mean.shape[1] ?? 0;
      const [scale, offset] = [gamma, beta].map((own, i) => (own ? flat(own.value) : g.constant(new Float32Array(channels).fill(1 - i))));
      const inputs = [x, scale!, offset!, flat(running.mean.value), flat(running.variance.value)];
      return evaluated(g.add("BatchNormalization", inputs, { epsilon: { float: EPSILON } }));
    }
    const count = batch * pixels;
    const centre = times(channelSums(x), 1 / count);
    const centred = sub(x, centre);
    const variance = times(channelSums(mul(centred, centred)), 1 / count);
    const inverse = g.add("Reciprocal", [g.add("Sqrt", [add(variance, scalar(EPSILON))])]);
    const y = mul(centred, inverse);
    becomes(running.mean.name, add(times(running.mean.value, 0.9), times(centre, 0.1)));
    becomes(running.variance.name, add(times(running.variance.value, 0.9), times(variance, (0.1 * count) / (count - 1))));
    if (gamma && beta) parameters.set(gamma.name, gamma.value).set(beta.name, beta.value);
    return {
      y: gamma && beta ? add(mul(y, gamma.value), beta.value) : y,
      back: (dy) => {
        const [sums, products] = [channelSums(dy), channelSums(mul(dy, y))];
        if (gamma && beta) gradients.set(beta.name, sums).set(gamma.name, products);
        const inner = sub(sub(dy, times(sums, 1 / count)), mul(y, times(products, 1 / count)));
        return mul(inner, gamma ? mul(inverse, gamma.value) : inverse);
      },
    };
  };

  const relu = (x: string): Layer => {
    const y = g.add("Relu", [x]);
    return { y, back: (dy) => where(g.add("Greater", [y, zero]), dy, zero) };
  };
  const sign = (x: string): Layer => ({
    y: training ? signOf(x) : g.add("Sign", [x]),
    back: (dy) => where(g.add("Less", [g.add("Abs", [x]), one]), dy, zero),
  });
  const drop = (x: string): Layer => {
    const [y, mask] = [g.name(), g.name()];
    g.add("Dropout", [x, scalar(dropout), g.constant(Uint8Array.of(1), [])], {}, [y, mask]);
    return { y, back: (dy) => where(mask, times(dy, 1 / (1 - dropout)), zero) };
  };
  const window = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  const maxPool = (x: string, channels: number, across: number): Layer => {
    const [y, indices] = [g.name(), g.name()];
    g.add("MaxPool", [x], window, training ? [y, indices] : [y]);
    const back: Backward = (dy) => {
      const nothing = g.add("ConstantOfShape", [sizes(batch * channels * across * across)]);
      const scattered = g.add("ScatterElements", [nothing, flat(indices), flat(dy)], { axis: 0, reduction: "add" });
      return reshape(scattered, batch, channels, across, across);
    };
    return { y, back };
  };
  /** Backward: the gradient with zeros between its pixels, averaged at every pixel. */
  const averagePool = (x: string, channels: number, across: number): Layer => ({
    y: g.add("AveragePool", [x], { ...window, count_include_pad: 1 }),
    back: (dy) => {
      const half = across / 2;
      const spread = g.add("Pad", [reshape(dy, batch, channels, half, 1, half, 1), sizes(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1)]);
      return g.add("AveragePool", [reshape(spread, batch, channels, across, across)], { ...window, strides: [1, 1], count_include_pad: 1 });
    },
  });

  const tape: Backward[] = [];
  let x = g.input("image", [training ? batch : "batch", 3, SIDE, SIDE]);
  const then = ({ y, back }: Layer): void => {
    x = y;
    tape.push(back);
  };
  const block = (name: string, across: number, dropped = false): void => {
    then(norm(x, `${name}_bn`, across ** 2, true));
    then(sign(x));
    if (dropped && dropout > 0) then(drop(x));
    then(convolution(x, name, across ** 2, true));
    then(relu(x));
  };
  const filters = (name: string): number => weights.find((weight) => weight.name === `${name}/kernel`)?.shape.at(-1) ?? 0;
  then(convolution(x, "conv1", SIDE ** 2, false));
  then(norm(x, "conv1_bn", SIDE ** 2, false));
  then(relu(x));
  block("conv2", SIDE);
  then(maxPool(x, filters("conv2"), SIDE));
  block("conv3", SIDE / 2, true);
  block("conv4", SIDE / 2);
  then(averagePool(x, filters("conv4"), SIDE / 2));
  block("conv5", SIDE / 4, true);
  block("conv6", SIDE / 4);
  then(norm(x, "conv7_bn", (SIDE / 4) ** 2, false));
  then(convolution(x, "conv7", (SIDE / 4) ** 2, false));
  then(relu(x));

  if (!training) {
    g.add("Flatten", [g.add("GlobalAveragePool", [x])], {}, ["logits"]);
    g.output("logits", ["batch", filters("conv7")]);
    return { file: g.file(), state };
  }
  const truth = g.input("truth", [batch, filters("conv7")]);
  for (const name of ["rate", "root"]) g.input(name, []);
  const logs = g.add("LogSoftmax", [mean(x, [2, 3], 0)], { axis: 1 });
  g.add("Neg", [times(sum(mul(logs, truth), [0, 1], 0), 1 / batch)], {}, ["loss"]);
  g.output("loss", []);
  const dLogits = times(sub(g.add("Exp", [logs]), truth), 1 / batch / (SIDE / 4) ** 2);
  let dy = g.add("Expand", [reshape(dLogits, batch, filters("conv7"), 1, 1), sizes(batch, filters("conv7"), SIDE / 4, SIDE / 4)]);
  for (const back of tape.toReversed()) dy = back(dy);
  for (const [name, value] of parameters) adam(name, value);
  return { file: g.file(), state };
}
