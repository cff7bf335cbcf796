import { UserError } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import type { BitConv, Discrete, Elementwise, Operation, Pool } from "./operation.ts";

/** The path from one value to its bits or codes, through elementwise operations and max pools. */
export interface Chain {
  readonly base: Operation;
  /** Whether values are sums of the base convolution, before its scale, bias and ReLU. */
  readonly fromSums: boolean;
  /** Nearest to the base first. */
  readonly between: readonly (Elementwise | Pool)[];
  readonly sign: Discrete;
}

/**
 * Bit of a channel: (value ≥ threshold) XOR `flip`; the first of `flips` is followed by a max pool, and so on. Code of a channel: the
 * number of thresholds that the value reaches, with all its bits XOR `flip`.
 */
export interface Thresholds {
  /** [channels]; for codes [2ᵏ − 1, channels], ascending. */
  readonly thresholds: Float64Array;
  /** One more than there are max pools; [channels] each. */
  readonly flips: readonly Uint8Array[];
}

/**
 * Finds the thresholds by running the graph's own float32 operations on values of the base: on every integer that a binary convolution can
 * sum to, else on the floats that a bisection over all float32 numbers needs.
 *
 * Each operation in between is monotonic in each channel, rounding included, so the bit changes at most once. A max pool passes the largest
 * value on; if the chain before it is decreasing, that belongs to the smallest base value. Hence a pool's bit is the OR over its window of
 * `base ≥ threshold`, or, in decreasing channels, the OR of the opposite.
 * @throws UserError if a bit changes more than once, which only a binarizer that is not a sign can cause
 */
export async function findThresholds({ base, fromSums, between, sign }: Chain): Promise<Thresholds> {
  const [, , channels] = base.shape;
  const elementwise = between.filter(isElementwise);
  /** The base's own last steps, the operations in between, and finally the sign, on [n, 1, 1, channels]. */
  const run = async (make: () => tf.Tensor, steps: readonly (Elementwise | Discrete)[]): Promise<Float32Array> => {
    const y = tf.tidy(() => steps.reduce((x, step) => step.apply(x), fromSums ? finish(base, make()) : make()));
    const values = (await y.data<"float32">()).slice();
    y.dispose();
    // A sign is a code of one level.
    return steps.at(-1)?.kind === "sign" ? values.map((value) => Number(value > 0)) : values;
  };
  const bitsOf: Run = (make) => run(make, [...elementwise, sign]);
  const found =
    fromSums && base.kind === "binaryConv" && sign.kind === "sign"
      ? await integerThresholds(base, bitsOf)
      : await floatThresholds(channels, levelsOf(sign), bitsOf);
  if (!found) throw new UserError(noSign(sign.layer));

  // Which values a pool passes: those of the largest base, or of the smallest if the chain before the pool is decreasing.
  const falls: Uint8Array[] = [];
  const before: Elementwise[] = [];
  for (const operation of between) {
    if (isElementwise(operation)) before.push(operation);
    else falls.push(await fallingChannels(channels, (make) => run(make, before)));
  }
  // Stored before pool k: `base ≥ threshold`, or its opposite if the chain before the pool is decreasing.
  const stored = [...falls, found.flip];
  return {
    thresholds: found.thresholds,
    flips: stored.map((own, k) => own.map((bit, channel) => bit ^ (stored[k - 1]?.[channel] ?? 0))),
  };
}

/** How many steps a value can take: 1 for signs, 2ᵏ − 1 for codes of k bits. */
export function levelsOf(sign: Discrete): number {
  return sign.kind === "quantize" ? 2 ** sign.planes - 1 : 1;
}

export function noSign(layer: string): string {
  return `export: layer ${layer} has a binarizer whose bits change more than once along the values. Use one that takes signs.`;
}

/** Takes a tensor [n, 1, 1, channels], which it disposes. */
type Run = (make: () => tf.Tensor) => Promise<Float32Array>;

const isElementwise = (operation: Elementwise | Pool): operation is Elementwise => operation.kind === "affine" || operation.kind === "relu";

function finish(base: Operation, sums: tf.Tensor): tf.Tensor {
  if (base.kind !== "binaryConv" && base.kind !== "planeConv" && base.kind !== "conv") return sums;
  let y = base.kind === "conv" ? sums : tf.mul(sums, tf.tensor1d(base.scale));
  if (base.bias) y = tf.add(y, tf.tensor1d(base.bias));
  return base.relu ? tf.relu(y) : y;
}

interface Found {
  readonly thresholds: Float64Array;
  readonly flip: Uint8Array;
}

/** Number of values evaluated at a time: a dense layer of AlexNet has 75 million. */
const AT_ONCE = 2 ** 22;

/** The largest int32 stands for never. */
const [ALWAYS, NEVER] = [-(2 ** 31), 2 ** 31 - 1];

async function integerThresholds(base: BitConv, bitsOf: Run): Promise<Found | undefined> {
  const [, , filters] = base.shape;
  const most = base.size[0] * base.size[1] * (base.inputs[0]?.shape[2] ?? 0);
  const count = 2 * most + 1;
  const bits = new Uint8Array(count * filters);
  const rows = Math.ceil(AT_ONCE / filters);
  for (let first = 0; first < count; first += rows) {
    const own = Math.min(rows, count - first);
    const sums = () => tf.reshape(tf.range(first - most, first - most + own), [own, 1, 1, 1]);
    const signs = await bitsOf(() => tf.tile(sums(), [1, 1, 1, filters]));
    for (let i = 0; i < signs.length; i++) bits[first * filters + i] = Number(signs[i]! > 0);
  }
  const thresholds = new Float64Array(filters);
  const flip = new Uint8Array(filters);
  for (let filter = 0; filter < filters; filter++) {
    const at = (sum: number): boolean => bits[(sum + most) * filters + filter] === 1;
    const changes: number[] = [];
    for (let sum = -most + 1; sum <= most; sum++) if (at(sum) !== at(sum - 1)) changes.push(sum);
    if (changes.length > 1) return undefined;
    const [change] = changes;
    flip[filter] = change !== undefined && !at(most) ? 1 : 0;
    thresholds[filter] = change ?? (at(0) ? ALWAYS : NEVER);
  }
  return { thresholds, flip };
}

/** Float32 numbers mapped to integers in the same order, −0 just below +0. */
const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);
function floatAt(order: number): number {
  words[0] = order >= 0 ? order : -(2 ** 31) - 1 - order;
  return floats[0] ?? 0;
}
const LARGEST = 0x7f7f_ffff;

/** Bisects all levels of all channels at once. Signs are codes of one level. */
async function floatThresholds(channels: number, levels: number, bitsOf: Run): Promise<Found> {
  const size = levels * channels;
  const evaluate = (orders: Float64Array): Promise<Float32Array> =>
    bitsOf(() => tf.tensor(Float32Array.from(orders, floatAt), [levels, 1, 1, channels]));
  // Not the very largest: a batch norm could turn it into infinities whose difference is NaN.
  const low = new Float64Array(size).fill(-LARGEST - 1 + 0x0800_0000);
  const high = new Float64Array(size).fill(LARGEST - 0x0800_0000);
  const [lowest, highest] = [await evaluate(low), await evaluate(high)];
  const flip = Uint8Array.from({ length: channels }, (_, channel) => ((lowest[channel] ?? 0) > (highest[channel] ?? 0) ? 1 : 0));
  /** Whether a value's code reaches its row's level, counted from the other end if codes are decreasing. */
  const reached = (codes: Float32Array): boolean[] =>
    Array.from(codes, (code, i) => (flip[i % channels] ? levels - code : code) > Math.floor(i / channels));
  const [first, last] = [reached(lowest), reached(highest)];
  while (high.some((order, i) => order - (low[i] ?? 0) > 1)) {
    const middle = low.map((order, i) => Math.floor((order + (high[i] ?? 0)) / 2));
    for (const [i, own] of reached(await evaluate(middle)).entries()) {
      const order = middle[i] ?? 0;
      if (own === first[i]) low[i] = order;
      else high[i] = order;
    }
  }
  return { thresholds: high.map((order, i) => (first[i] !== last[i] ? floatAt(order) : first[i] ? -Infinity : Infinity)), flip };
}

/** 1 for each channel in which the values fall as the base rises. */
async function fallingChannels(channels: number, valuesOf: Run): Promise<Uint8Array> {
  const at = (value: number): Promise<Float32Array> => valuesOf(() => tf.fill([1, 1, 1, channels], value));
  const [low, high] = [await at(-1e30), await at(1e30)];
  return Uint8Array.from(low, (value, channel) => (value > (high[channel] ?? 0) ? 1 : 0));
}
