import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Binarizer, Bits } from "../binarizer.ts";
import type { LayerContext } from "../layer-context.ts";
import { binarizerRules } from "./binarizer-rules.ts";

beforeAll(() => tf.setBackend("cpu"));

/** Whole numbers, with the gradient of x itself. */
const rounded = tf.customGrad<tf.Tensor>((x) => ({ value: tf.round(x as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy.clone() }));

/** sign(x) with sign(0) = 1, and the gradient of tanh(slope · x). */
const sign = (x: tf.Tensor, slope = 1): tf.Tensor =>
  tf.customGrad<tf.Tensor>((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    return {
      value: tf.tidy(() => tf.add(tf.mul(tf.cast(tf.less(x as tf.Tensor, 0), "float32"), -2), 1)),
      gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) =>
        tf.tidy(() => tf.mul(dy, tf.mul(slope, tf.sub(1, tf.square(tf.tanh(tf.mul(x as tf.Tensor, slope))))))),
    };
  })(x);

const slopeOf = ({ epoch, epochs }: LayerContext): number => 10 ** (epoch / epochs);

/** Signs relative to a trained threshold per channel, whose gradient is annealed; kernels are signs times a trained scale. */
const thresholds: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  parameters: ({ inputShape }) => ({ threshold: tf.fill([inputShape.at(-1) ?? 1], 0.25), scale: tf.scalar(0.5) }),
  activations: (x, step, { threshold }) => tf.tidy(() => sign(tf.sub(x, threshold!), slopeOf(step))),
  kernel: (w, step, { scale }) => tf.tidy(() => tf.mul(sign(w, slopeOf(step)), tf.abs(scale!))),
  project: (w) => tf.clipByValue(w, -1, 1),
};

/** Activations from 0 to a trained bound and kernels from −1 to 1, in equal steps. */
const steps = (activations: Bits, kernel: Bits): Binarizer => ({
  bits: { activations, kernel },
  parameters: () => ({ bound: tf.scalar(2) }),
  activations: (x, _, { bound }) =>
    tf.tidy(() => {
      const most = 2 ** activations - 1;
      return tf.mul(tf.div(rounded(tf.mul(tf.clipByValue(tf.div(x, bound!), 0, 1), most)), most), bound!);
    }),
  kernel: (w) =>
    tf.tidy(() => {
      const most = 2 ** kernel - 1;
      return tf.sub(tf.mul(tf.div(rounded(tf.mul(tf.clipByValue(tf.add(tf.div(w, 2), 0.5), 0, 1), most)), most), 2), 1);
    }),
  project: (w) => w.clone(),
});

/** 2-bit codes, and one scale per filter. */
const codes: Binarizer = {
  bits: { activations: 2, kernel: 2 },
  activations: (x) => tf.tidy(() => rounded(tf.clipByValue(x, 0, 3))),
  kernel: (w) => tf.tidy(() => rounded(tf.clipByValue(w, -2, 1))),
  scale: ({ kernel }) => tf.fill([kernel.shape.at(-1) ?? 1], 0.5),
  project: (w) => w.clone(),
};
const first: LayerContext = { training: true, seed: 1, epoch: 0, epochs: 1 };

/** Not random, annealed or trained. */
const signs: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => sign(x),
  kernel: (w) => sign(w),
  project: (w) => w.clone(),
};

const real: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => x.clone(),
  kernel: (w) => w.clone(),
  project: (w) => w.clone(),
};

test.for<[string, Binarizer]>([
  ["trains thresholds and anneals its gradients", thresholds],
  ["has 2 bits and 3", steps(2, 3)],
  ["has 8 bits and 7", steps(8, 7)],
  ["has signs as activations and 4 bits a weight", { ...steps(1, 4), activations: signs.activations, parameters: () => ({}) }],
  ["has real activations and signs as weights", { ...signs, bits: { activations: 32, kernel: 1 }, activations: real.activations }],
  ["has codes of 2 bits and a scale", codes],
  [
    "declares one that is annealed",
    { ...signs, activations: (x, step) => sign(x, slopeOf(step)), surrogate: (step) => ({ kind: "tanh", steepness: slopeOf(step) }) },
  ],
  ["declares its gradient to be its own", { ...signs, surrogate: () => ({ kind: "own" }) }],
  ["draws by the seed in training", { ...real, kernel: (w, { training, seed }) => tf.add(w, training ? seed : 0) }],
])("no rule fails a binarizer that %s", ([, binarizer]) => {
  const { numTensors } = tf.memory();
  for (const [rule, check] of Object.entries(binarizerRules)) expect(() => check(() => binarizer), rule).not.toThrow();
  expect(tf.memory().numTensors).toBe(numTensors);
});

const noGradient = tf.customGrad<tf.Tensor>((x) => ({ value: (x as tf.Tensor).clone(), gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy) }));
let calls = 0;
let shared: tf.Tensor | undefined;

/** Binarizers that break one rule each, and the error of that rule. */
const broken: Readonly<Record<keyof typeof binarizerRules, readonly [how: string, create: () => Binarizer, says: RegExp][]>> = {
  "has activations and kernels of 1 to 8 bits, or 32": [
    ["has 16 bits", () => ({ ...real, bits: { activations: 32, kernel: 16 as Bits } }), /include 16/],
  ],
  "keeps shapes and gives finite values, in training and in evaluation": [
    ["flattens", () => ({ ...real, activations: (x) => tf.reshape(x, [-1]) }), /equal/],
    ["divides by a scale of 0", () => ({ ...real, kernel: (w) => tf.tidy(() => tf.div(w, tf.mean(tf.abs(w)))) }), /finite/],
    ["leaves a tensor behind", () => ({ ...real, activations: (x) => tf.add(x, tf.mul(x, 2)) }), /one more/],
    ["gives its argument back", () => ({ ...real, activations: (x) => x }), /one more/],
  ],
  "gives activations of k bits at most 2ᵏ values, whatever the input": [
    ["has 3 bits for 2", () => ({ ...steps(3, 2), bits: { activations: 2, kernel: 2 } }), /values of 2 bits/],
    ["has real values for 8 bits", () => ({ ...real, bits: { activations: 8, kernel: 32 } }), /values of 8 bits/],
    [
      "scales by the largest of a batch",
      () => ({ ...steps(4, 4), activations: (x, step) => tf.tidy(() => steps(4, 4).activations(x, step, { bound: tf.max(x) })) }),
      /values of 4 bits/,
    ],
  ],
  "gives kernels of k bits at most 2ᵏ values in each filter": [
    ["has 8 bits for 7", () => ({ ...steps(2, 8), bits: { activations: 2, kernel: 7 } }), /values of 7 bits/],
  ],
  "gives −1 and +1 alone for 1-bit activations, +1 for 0 where no parameter shifts it": [
    ["has 0 and 1", () => ({ ...signs, activations: (x) => tf.tidy(() => tf.relu(sign(x))) }), /−1 or \+1/],
    ["has −1 for 0", () => ({ ...signs, activations: (x) => tf.tidy(() => tf.neg(sign(tf.neg(x)))) }), /signs of/],
  ],
  "has signs as activations, whatever its parameters, and the gradient of its surrogate, where it declares one": [
    ["declares straight-through for a tanh", () => ({ ...signs, surrogate: () => ({ kind: "hard-tanh" }) }), /slope 0\.\d+ at/],
    [
      "declares a tanh that is not annealed",
      () => ({ ...signs, activations: (x, step) => sign(x, slopeOf(step)), surrogate: () => ({ kind: "tanh", steepness: 1 }) }),
      /"steepness":1/,
    ],
    [
      "has a trained threshold that starts at 0",
      () => ({
        ...signs,
        parameters: ({ inputShape }) => ({ threshold: tf.zeros([inputShape.at(-1) ?? 1]) }),
        activations: (x, _, { threshold }) => tf.tidy(() => sign(tf.sub(x, threshold!))),
        surrogate: () => ({ kind: "tanh", steepness: 1 }),
      }),
      /gives its sign, whatever the parameters/,
    ],
    ["declares one for real activations", () => ({ ...real, surrogate: () => ({ kind: "own" }) }), /bits of activations/],
    [
      "declares another one each time",
      () => ({ ...signs, surrogate: () => ({ kind: "tanh", steepness: 1 + calls++ }) }),
      /the same each time/,
    ],
  ],
  "gives −a and +a alone in each filter of a 1-bit kernel": [
    ["has 0 and 1 as weights", () => ({ ...signs, kernel: (w) => tf.tidy(() => tf.relu(sign(w))) }), /−a and \+a/],
  ],
  "gives codes, whole numbers of its bits, where it has a scale, which is one finite number or one a filter": [
    [
      "has 2-bit activations above 3",
      () => ({ ...codes, activations: (x) => tf.tidy(() => tf.mul(codes.activations(x, first, {}), 2)) }),
      /0 to 3/,
    ],
    ["has fractions as activations", () => ({ ...codes, activations: (x) => tf.clipByValue(x, 0, 1) }), /activations are whole/],
    [
      "has 2-bit weights of both forms",
      () => ({ ...codes, kernel: (w) => tf.tidy(() => rounded(tf.clipByValue(w, -3, 3))) }),
      /-2 to 1, or odd/,
    ],
    ["has 0 as a 1-bit weight", () => ({ ...codes, bits: { activations: 2, kernel: 1 } }), /odd numbers from -1 to 1/],
    [
      "has a scale for each input",
      () => ({ ...codes, scale: ({ inputShape }) => tf.ones([inputShape.at(-1)! + 7]) }),
      /shape of the scale/,
    ],
    ["has an infinite scale", () => ({ ...codes, scale: () => tf.fill([1], Infinity) }), /finite/],
  ],
  "has finite gradients that are not all 0, for activations and for kernels": [
    ["lets nothing through", () => ({ ...real, kernel: (w) => noGradient(w) }), /gradient of kernel is not 0/],
    [
      "has an infinite slope in the end",
      () => ({ ...signs, activations: (x, { epoch, epochs }) => sign(x, 1 / Math.max(0, 0.9 - epoch / epochs)) }),
      /gradient of activations is finite/,
    ],
  ],
  "computes the same values and gradients in the same step, whatever it computed before": [
    ["anneals by the number of calls", () => ({ ...signs, activations: (x) => sign(x, 1 + calls++ / 100) }), /same steps/],
    ["draws from a generator of its own", () => ({ ...real, kernel: (w) => tf.add(w, Math.random()) }), /same steps/],
  ],
  "draws nothing in evaluation, and computes what it anneals in its final form, of however many epochs": [
    ["draws in evaluation", () => ({ ...real, activations: (x, { seed }) => tf.add(x, seed) }), /activations of two evaluations/],
    ["anneals by the epoch alone", () => ({ ...real, kernel: (w, { epoch }) => tf.mul(w, epoch) }), /kernel of two evaluations/],
  ],
  "projects a latent kernel to one that it would leave as it is": [
    ["decays", () => ({ ...real, project: (w) => tf.mul(w, 0.5) }), /stays/],
  ],
  "begins with the same finite parameters each time, under names that no layer has": [
    ["names one like a layer's weight", () => ({ ...real, parameters: () => ({ kernel: tf.scalar(1) }) }), /own weights/],
    ["begins with others each time", () => ({ ...real, parameters: () => ({ scale: tf.scalar(calls++) }) }), /scale of the same layer/],
    ["begins with NaN", () => ({ ...real, parameters: () => ({ scale: tf.scalar(Number.NaN) }) }), /finite/],
    ["begins with whole numbers", () => ({ ...real, parameters: () => ({ scale: tf.scalar(1, "int32") }) }), /type of scale/],
    [
      "shares a parameter between layers",
      () => ({ ...real, parameters: () => ({ scale: (shared = shared && !shared.isDisposed ? shared : tf.scalar(1)) }) }),
      /new tensor/,
    ],
  ],
  "lets finite gradients that are not all 0 flow to its parameters": [
    [
      "has a parameter that nothing depends on",
      () => ({ ...real, parameters: () => ({ scale: tf.scalar(1) }) }),
      /gradient of scale is not 0/,
    ],
  ],
  "computes with the parameters that it is given, so that a restored layer is what it was": [
    [
      "keeps what it began with",
      () => {
        let scale = 1;
        const parameters = () => ({ scale: tf.scalar((scale = 2)) });
        return { ...real, parameters, activations: (x) => tf.mul(x, scale) };
      },
      /another binarizer/,
    ],
  ],
};

test.for(Object.entries(broken).flatMap(([rule, binarizers]) => binarizers.map(([how, create, says]) => ({ rule, how, create, says }))))(
  'the rule "$rule" fails a binarizer that $how',
  ({ rule, create, says }) => {
    expect(() => binarizerRules[rule]!(create)).toThrow(says);
  },
);

test("each rule fails some binarizer", () => {
  expect(Object.keys(broken)).toEqual(Object.keys(binarizerRules));
});
