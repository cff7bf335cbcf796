import * as tf from "../tensorflow.ts";
import type { Binarizer } from "../binarizer.ts";
import { callPlugin } from "../checked/call-plugin.ts";
import { ContractError } from "../checked/contract-error.ts";
import { EVALUATION, type LayerContext } from "../layer-context.ts";
import { exampleNumbers } from "./example-numbers.ts";
import { activationsFault, codesFault, kernelFault } from "./few-values.ts";
import { movedParameters } from "./moved-parameters.ts";
import { surrogateFault } from "./surrogate-fault.ts";

/** Large enough to hold more inputs, and more weights per filter, than 8 bits have values. */
const INPUT = [6, 6, 64];
const KERNEL = [3, 3, 64, 2];

/**
 * Checks that what a binarizer makes of a small layer agrees with its declared bits and surrogate, in the first epoch and in evaluation.
 * @param epochs of the member
 * @throws ContractError
 */
export async function examineBinarizer(binarizer: Binarizer, who: string, epochs: number): Promise<void> {
  const steps: readonly LayerContext[] = [{ training: true, seed: 11, epoch: 0, epochs }, EVALUATION];
  const example = (shape: readonly number[], purpose: string): tf.Tensor =>
    tf.tensor(
      exampleNumbers(
        shape.reduce((size, n) => size * n, 1),
        purpose,
      ),
      [...shape],
    );
  for (const step of steps) {
    const results = callPlugin(who, "one of its methods", "It must return a tensor for a small layer", () =>
      tf.tidy(() => {
        const kernel = example(KERNEL, "kernel");
        const parameters = binarizer.parameters?.({ kernel, inputShape: [...INPUT] }) ?? {};
        const x = example([2, ...INPUT], "activations");
        const activations = [0.1, 1, 5].map((scale) => binarizer.activations(tf.mul(x, scale), step, parameters));
        const projected = binarizer.project(kernel);
        return {
          activations: tf.concat(activations),
          kernel: binarizer.kernel(projected, step, parameters),
          scale: binarizer.scale?.({ kernel: projected, inputShape: [...INPUT] }, step, parameters) ?? tf.ones([1]),
        };
      }),
    );
    const values = {
      activations: await numbersOf(results.activations),
      kernel: await numbersOf(results.kernel),
      scale: await numbersOf(results.scale),
    };
    for (const method of ["activations", "kernel", "scale"] as const) {
      if (values[method].every(Number.isFinite)) continue;
      throw new ContractError(`${who}: ${method} returned a value that is not finite for a small layer of finite ones. Fix ${method}.`);
    }
    const { bits } = binarizer;
    const faults = binarizer.scale
      ? {
          activations: codesFault(values.activations, bits.activations, "activations"),
          kernel: codesFault(values.kernel, bits.kernel, "kernel"),
        }
      : {
          activations: activationsFault(values.activations, bits.activations),
          kernel: kernelFault(values.kernel, KERNEL.at(-1) ?? 1, bits.kernel),
        };
    for (const [method, fault] of Object.entries(faults)) {
      if (fault === undefined) continue;
      throw new ContractError(
        `${who}: ${method} returned what its bits do not allow: ${fault}. Fix ${method}, or set bits.${method} to what it returns.`,
      );
    }
    await examineSurrogate(binarizer, who, step);
  }
}

/** Compares values and gradients of `activations` with the declared surrogate, at parameters that have moved. */
async function examineSurrogate(binarizer: Binarizer, who: string, step: LayerContext): Promise<void> {
  const surrogate = binarizer.surrogate?.(step);
  if (!surrogate) return;
  const [x, weights] = ["surrogate", "gradient"].map((purpose) => exampleNumbers(2 * INPUT.reduce((size, n) => size * n, 1), purpose));
  if (!x || !weights) return;
  const results = callPlugin(who, "activations", "It must return a tensor that has a gradient by its argument", () =>
    tf.tidy(() => {
      const kernel = tf.tensor(
        exampleNumbers(
          KERNEL.reduce((size, n) => size * n, 1),
          "kernel",
        ),
        KERNEL,
      );
      const parameters = movedParameters(binarizer.parameters?.({ kernel, inputShape: [...INPUT] }) ?? {});
      const activations = (x: tf.Tensor): tf.Tensor => binarizer.activations(x, step, parameters);
      const input = tf.tensor(x, [2, ...INPUT]);
      const gradient = tf.grad((x) => tf.sum(tf.mul(activations(x), tf.tensor(weights, input.shape))))(input);
      return { values: activations(input), gradient };
    }),
  );
  const given = { surrogate, x, weights, values: await numbersOf(results.values), gradient: await numbersOf(results.gradient) };
  const fault = surrogateFault(given);
  if (fault === undefined) return;
  throw new ContractError(`${who}: its surrogate is not what activations does: ${fault}. Fix one of them, or leave surrogate out.`);
}

async function numbersOf(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return new Float32Array(await tensor.data<"float32">());
  } finally {
    tensor.dispose();
  }
}
