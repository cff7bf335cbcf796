import * as tf from "../tensorflow.ts";
import { expect } from "./exam-host.ts";
import type { Binarizer, BinarizerParameters } from "../binarizer.ts";
import { activationsFault, codesFault, kernelFault } from "../examine/few-values.ts";
import { movedParameters } from "../examine/moved-parameters.ts";
import { surrogateFault } from "../examine/surrogate-fault.ts";
import { createRandom } from "../random.ts";
import { EVALUATION, type LayerContext } from "../layer-context.ts";

/**
 * Input shapes without the batch axis, and kernel shapes. The last layer has more inputs, and more weights per filter, than 8 bits have
 * values.
 */
const layers: readonly { readonly input: readonly number[]; readonly kernel: readonly number[] }[] = [
  { input: [4, 4, 4], kernel: [3, 3, 4, 6] },
  { input: [4, 4, 1], kernel: [1, 1, 1, 3] },
  { input: [8], kernel: [8, 5] },
  { input: [6, 6, 64], kernel: [3, 3, 64, 2] },
];
const first: LayerContext = { training: true, seed: 11, epoch: 0, epochs: 20 };
const training: readonly LayerContext[] = [first, { ...first, epoch: 19 }, { ...first, epochs: 1 }];
const steps: readonly LayerContext[] = [...training, EVALUATION];
const methods = ["activations", "kernel"] as const;

/** A layer's binarizer, with one input and one latent kernel. */
interface Subject {
  readonly binarizer: Binarizer;
  readonly parameters: BinarizerParameters;
  readonly activations: tf.Tensor;
  readonly kernel: tf.Tensor;
}

/** The rules for every binarizer, each named by a sentence. A rule throws if the binarizer breaks it. Runs on the active backend. */
export const binarizerRules: Readonly<Record<string, (create: () => Binarizer) => void>> = {
  "has activations and kernels of 1 to 8 bits, or 32"(create) {
    for (const bits of Object.values(create().bits)) expect([1, 2, 3, 4, 5, 6, 7, 8, 32]).toContain(bits);
  },

  "keeps shapes and gives finite values, in training and in evaluation"(create) {
    forEachLayer(create, (subject) => {
      for (const step of steps)
        for (const method of methods)
          for (const scale of [0, 0.05, 1]) {
            const value = tf.mul(subject[method], scale);
            expectFinite(called(subject, method, value, step), value.shape);
          }
    });
  },

  "gives activations of k bits at most 2ᵏ values, whatever the input"(create) {
    const { activations: bits } = create().bits;
    if (bits === 32 || create().scale) return;
    forEachLayer(create, (subject) => {
      for (const step of steps) {
        const values = [0.1, 1, 5].flatMap((scale) => [
          ...called(subject, "activations", tf.mul(subject.activations, scale), step).dataSync(),
        ]);
        expectNone(activationsFault(Float32Array.from(values), bits));
      }
    });
  },

  "gives kernels of k bits at most 2ᵏ values in each filter"(create) {
    const { kernel: bits } = create().bits;
    if (bits === 32) return;
    forEachLayer(create, (subject) => {
      for (const step of steps) expectNone(faultOfKernel(subject, step));
    });
  },

  "gives −1 and +1 alone for 1-bit activations, +1 for 0 where no parameter shifts it"(create) {
    if (create().bits.activations !== 1 || create().scale) return;
    forEachLayer(create, (subject) => {
      const x = [-3, -1, -1e-30, -0, 0, 1e-30, 1, 3];
      const shape = subject.activations.shape.map((size, axis) => (axis === 0 ? x.length : size));
      const value = tf.mul(tf.reshape(tf.tensor1d(x), [-1, ...shape.slice(1).map(() => 1)]), tf.ones(shape));
      for (const step of steps) {
        const signs = [...called(subject, "activations", value, step).dataSync()];
        expectNone(activationsFault(Float32Array.from(signs), 1));
        if (step.training || Object.keys(subject.parameters).length > 0) continue;
        const each = signs.length / x.length;
        const [down, , , negative, zero, , , up] = x.map((_, row) => signs[row * each]);
        expect([down, negative, zero, up], "the signs of −3, −0, 0 and 3").toEqual([-1, 1, 1, 1]);
      }
    });
  },

  "has signs as activations, whatever its parameters, and the gradient of its surrogate, where it declares one"(create) {
    if (!create().surrogate) return;
    const { bits, scale } = create();
    expect([bits.activations, scale], "bits of activations, and no scale, where there is a surrogate").toEqual([1, undefined]);
    forEachLayer(create, (subject) => {
      const moved = { ...subject, parameters: movedParameters(subject.parameters) };
      for (const step of steps) {
        const surrogate = subject.binarizer.surrogate?.(step);
        expect(surrogate, "a surrogate in each step, the same each time").toEqual(create().surrogate?.(step));
        if (!surrogate) continue;
        for (const { parameters } of [subject, moved]) {
          const own = { ...subject, parameters };
          const values = called(own, "activations", subject.activations, step).dataSync<"float32">();
          const gradient = Float32Array.from(gradientsOf(own, "activations", step)["activations"] ?? []);
          const [x, weights] = [subject.activations, weightsOf(subject.activations)].map((tensor) => tensor.dataSync<"float32">());
          expectNone(surrogateFault({ surrogate, x: x!, values, gradient, weights: weights! }));
        }
      }
    });
  },

  "gives −a and +a alone in each filter of a 1-bit kernel"(create) {
    if (create().bits.kernel !== 1 || create().scale) return;
    forEachLayer(create, (subject) => {
      for (const step of steps) expectNone(faultOfKernel(subject, step));
    });
  },

  "gives codes, whole numbers of its bits, where it has a scale, which is one finite number or one a filter"(create) {
    const { bits, scale } = create();
    if (!scale) return;
    forEachLayer(create, (subject, layer) => {
      for (const step of steps) {
        for (const method of methods)
          for (const size of [0.1, 1, 5]) {
            const codes = called(subject, method, tf.mul(subject[method], size), step);
            expectNone(codesFault(Float32Array.from(codes.dataSync()), bits[method], method));
          }
        const tensors = tf.memory().numTensors;
        const scales = subject.binarizer.scale?.(layer, step, subject.parameters) ?? tf.zeros([0]);
        expect(tf.memory().numTensors, "tensors after scale: one more, which the caller disposes").toBe(tensors + 1);
        expect([[1], [layer.kernel.shape.at(-1)]], "the shape of the scale").toContainEqual(scales.shape);
        expectFinite(scales, scales.shape);
      }
    });
  },

  "has finite gradients that are not all 0, for activations and for kernels"(create) {
    for (const method of methods) expectGradients(create, method, (subject, step) => gradientsOf(subject, method, step)[method] ?? []);
  },

  "computes the same values and gradients in the same step, whatever it computed before"(create) {
    const results = (subject: Subject) =>
      steps.map((step) =>
        methods.map((method) => {
          const value = [...called(subject, method, subject[method], step).dataSync()];
          return { value, gradients: gradientsOf(subject, method, step) };
        }),
      );
    forEachLayer(create, (subject) => {
      const before = results(subject);
      for (const again of [subject, { ...subject, binarizer: create() }])
        expect(results(again), "values and gradients of the same steps").toEqual(before);
    });
  },

  "draws nothing in evaluation, and computes what it anneals in its final form, of however many epochs"(create) {
    forEachLayer(create, (subject) => {
      for (const method of methods) {
        const evaluated = (step: LayerContext) => [...called(subject, method, subject[method], step).dataSync()];
        const other = { training: false, seed: 12, epoch: 20, epochs: 20 };
        expect(evaluated(other), `${method} of two evaluations`).toEqual(evaluated(EVALUATION));
      }
    });
  },

  "projects a latent kernel to one that it would leave as it is"(create) {
    forEachLayer(create, (subject) => {
      const once = called(subject, "project", tf.mul(subject.kernel, 0.05));
      const twice = called(subject, "project", once);
      expectFinite(once, subject.kernel.shape);
      const [a, b] = [once.dataSync(), twice.dataSync()];
      expect(
        a.every((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) < 1e-6),
        "a projected kernel stays",
      ).toBe(true);
    });
  },

  "begins with the same finite parameters each time, under names that no layer has"(create) {
    forEachLayer(create, ({ binarizer, parameters }, layer) => {
      const again = binarizer.parameters?.(layer) ?? {};
      expect(Object.keys(again)).toEqual(Object.keys(parameters));
      for (const [name, parameter] of Object.entries(parameters)) {
        expect(["kernel", "bias"], "names of the layer's own weights").not.toContain(name);
        expect(name).toMatch(/^\w+$/);
        expect(parameter.dtype, `the type of ${name}`).toBe("float32");
        expectFinite(parameter, parameter.shape);
        expect(again[name], `${name} is a new tensor for each layer`).not.toBe(parameter);
        expect(again[name]?.dataSync(), `${name} of the same layer`).toEqual(parameter.dataSync());
      }
    });
  },

  "lets finite gradients that are not all 0 flow to its parameters"(create) {
    const names = new Set<string>();
    forEachLayer(create, ({ parameters }) => Object.keys(parameters).forEach((name) => names.add(name)));
    for (const name of names)
      expectGradients(create, name, (subject, step) => methods.flatMap((method) => gradientsOf(subject, method, step)[name] ?? []));
  },

  "computes with the parameters that it is given, so that a restored layer is what it was"(create) {
    forEachLayer(create, (subject) => {
      const moved = movedParameters(subject.parameters);
      const values = (binarizer: Binarizer) =>
        methods.map((method) => [...called({ ...subject, binarizer, parameters: moved }, method, subject[method], first).dataSync()]);
      expect(values(create()), "values with parameters that another binarizer made").toEqual(values(subject.binarizer));
    });
  },
};

/** Runs `check` for each layer with the binarizer's parameters for it, and disposes everything. */
function forEachLayer(
  create: () => Binarizer,
  check: (subject: Subject, layer: { kernel: tf.Tensor; inputShape: number[] }) => void,
): void {
  for (const { input, kernel: shape } of layers)
    tf.tidy(() => {
      const binarizer = create();
      const kernel = normal(shape);
      const layer = { kernel, inputShape: [...input] };
      check({ binarizer, parameters: binarizer.parameters?.(layer) ?? {}, activations: normal([3, ...input]), kernel }, layer);
    });
}

/** Calls a method, and checks that it does not change its argument and creates one new tensor, which the caller disposes. */
function called(
  { binarizer, parameters }: Subject,
  method: (typeof methods)[number] | "project",
  value: tf.Tensor,
  step = first,
): tf.Tensor {
  const given = [value, ...Object.values(parameters)];
  const before = given.map((tensor) => tensor.dataSync().slice());
  const tensors = tf.memory().numTensors;
  const result = method === "project" ? binarizer.project(value) : binarizer[method](value, step, parameters);
  expect(tf.memory().numTensors, `tensors after ${method}: one more, which the caller disposes`).toBe(tensors + 1);
  for (const tensor of given) expect(tensor.isDisposed, `${method} disposed its argument`).toBe(false);
  expect(
    given.map((tensor) => tensor.dataSync()),
    `${method} changed its argument`,
  ).toEqual(before);
  return result;
}

/** Gradients of a weighted sum of the result: with respect to the value, under the method's name, and to each parameter that it uses. */
function gradientsOf(
  { binarizer, parameters, ...values }: Subject,
  method: (typeof methods)[number],
  step: LayerContext,
): Record<string, number[]> {
  const before = tf.memory().numTensors;
  const gradients: Record<string, number[]> = {};
  tf.tidy(() => {
    const value = tf.variable(values[method]);
    const own = Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, tf.variable(parameter)]));
    const variables = [value, ...Object.values(own)];
    const weights = weightsOf(value);
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(binarizer[method](value, step, own), weights)).asScalar(), variables);
    for (const [name, variable] of [[method, value] as const, ...Object.entries(own)]) {
      const gradient = grads[variable.name];
      if (!gradient) continue;
      expect(gradient.shape, `the shape of the gradient of ${name}`).toEqual(variable.shape);
      gradients[name] = [...gradient.dataSync()];
    }
    tf.dispose(variables);
  });
  expect(tf.memory().numTensors, `tensors after the gradient of ${method}`).toBe(before);
  return gradients;
}

/** The weights of a result in this shape. */
function weightsOf({ shape }: tf.Tensor): tf.Tensor {
  return normal(shape, 5);
}

/** Checks the gradients of each layer. Not all may be 0 in the first step, except in a filter of a single weight. */
function expectGradients(create: () => Binarizer, name: string, gradient: (subject: Subject, step: LayerContext) => number[]): void {
  let flows = false;
  forEachLayer(create, (subject) => {
    for (const step of training) {
      const values = gradient(subject, step);
      expect(values.every(Number.isFinite), `the gradient of ${name} is finite`).toBe(true);
      flows ||= step === first && values.some((value) => value !== 0);
    }
  });
  expect(flows, `the gradient of ${name} is not 0 everywhere`).toBe(true);
}

function faultOfKernel(subject: Subject, step: LayerContext): string | undefined {
  const kernel = called(subject, "kernel", subject.kernel, step);
  return kernelFault(Float32Array.from(kernel.dataSync()), kernel.shape.at(-1) ?? 1, subject.binarizer.bits.kernel);
}

function expectNone(fault: string | undefined): void {
  expect(fault === undefined, fault).toBe(true);
}

function expectFinite(tensor: tf.Tensor, shape: readonly number[]): void {
  expect(tensor.shape).toEqual(shape);
  expect(tensor.dataSync().every(Number.isFinite), "values are finite").toBe(true);
}

function normal(shape: readonly number[], seed = 1): tf.Tensor {
  const random = createRandom(seed, "exam", ...shape);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    [...shape],
  );
}
