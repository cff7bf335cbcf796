import { type Binarizer, BINARIZERS, type DependencyContainer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { type Check, relativeError } from "./check.ts";
import type { GoldenFile } from "./golden-file.ts";
import { kernelFromReference } from "./layout.ts";
import { readAndDispose } from "./read-and-dispose.ts";

/** For means over a filter and products of two float32 numbers; errors do not accumulate. */
const TOLERANCE = 1e-6;

const step = { training: true, seed: 0, epoch: 0, epochs: 1 };

/** The rules of kernels and of activations on their own, each on the file's own input. */
export function binarizeChecks(file: GoldenFile, container: DependencyContainer): Check[] {
  const binarizer = container.resolve(BINARIZERS).create("deterministic");
  const kernels = file.match(/^(.+)\/weight$/).flatMap(([, kernel = ""]) => kernelChecks(file, kernel, binarizer));
  return file.has("sign/x") ? [...kernels, ...signChecks(file, binarizer)] : kernels;
}

function kernelChecks(file: GoldenFile, kernel: string, binarizer: Binarizer): Check[] {
  const values = (name: string) => kernelFromReference(file.tensor(`${kernel}/${name}`));
  const read = (name: string): tf.Tensor => tf.tensor(values(name).values, [...values(name).shape]);
  const check = (name: string, of: () => tf.Tensor): Check => ({
    name: `${kernel}/${name}`,
    tolerance: TOLERANCE,
    measure: async () => relativeError(await readAndDispose(tf.tidy(of)), values(name).values),
  });
  return [
    check("latent", () => binarizer.project(read("weight"))),
    check("binarized", () => binarizer.kernel(read("latent"), step, {})),
    check("grad_out", () => tf.grad((w) => binarizer.kernel(w, step, {}))(read("latent"), read("grad_in"))),
  ];
}

function signChecks(file: GoldenFile, binarizer: Binarizer): Check[] {
  const read = (name: string): tf.Tensor => {
    const { shape, values } = file.tensor(`sign/${name}`);
    return tf.tensor(values, [...shape]);
  };
  const measure = (of: () => tf.Tensor, expected: () => ArrayLike<number>) => async () =>
    relativeError(await readAndDispose(tf.tidy(of)), expected());
  return [
    {
      name: "sign/y",
      tolerance: 0,
      measure: measure(
        () => binarizer.activations(read("x"), step, {}),
        // The only deliberate difference: the reference's sign of 0 is 0, and one bit has no such value.
        () => file.tensor("sign/y").values.map((y) => (y === 0 ? 1 : y)),
      ),
    },
    {
      name: "sign/grad_in",
      tolerance: 0,
      measure: measure(
        () => tf.grad((x) => binarizer.activations(x, step, {}))(read("x"), read("grad_out")),
        () => file.tensor("sign/grad_in").values,
      ),
    },
  ];
}
