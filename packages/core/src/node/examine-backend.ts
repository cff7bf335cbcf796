import * as tf from "@tensorflow/tfjs";
import type { Backend } from "../backend.ts";
import { runTrainingKernel } from "../kernels.ts";

/** Milliseconds, from anywhere. */
export type Clock = () => number;

/** What came of trying a backend. */
export type BackendReport =
  | { readonly ok: true; readonly description: string; readonly imagesPerSecond: number }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** How long the last timed step takes at least, unless the largest batch is quicker. */
const LONG_ENOUGH_MILLISECONDS = 100;
const LARGEST_BATCH = 1024;

/**
 * Tries a backend: probes it, takes a training step whose numbers are known, and times larger ones. TensorFlow.js's backend
 * is afterwards what it was.
 */
export async function examineBackend(backend: Backend, now: Clock = () => performance.now()): Promise<BackendReport> {
  await tf.ready();
  const before = tf.getBackend();
  try {
    const probe = await backend.probe();
    if (!probe.ok) return probe;
    await backend.activate();
    const wrong = await wrongNumber();
    if (wrong !== undefined) {
      return {
        ok: false,
        reason: `a training step gives ${wrong}.`,
        remedy: "Do not train with it; use another backend, and tell its maker.",
      };
    }
    return { ok: true, description: probe.description, imagesPerSecond: await speed(now) };
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { ok: false, reason: `it fails: ${line.replace(/\.?$/, ".")}`, remedy: "Use another backend." };
  } finally {
    await tf.setBackend(before);
  }
}

/** Convolution and gradient of 3×3 numbers, worked by hand: with y = x ∗ k and the loss Σy²/2, dk is the sum of y·x, shifted. */
async function wrongNumber(): Promise<string | undefined> {
  const { value, grad } = tf.tidy(() => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const loss = (k: tf.Tensor): tf.Tensor =>
      tf
        .conv2d(x, k as tf.Tensor4D, 1, "valid")
        .square()
        .sum()
        .div(2);
    return tf.valueAndGrad(loss)(tf.tensor4d([1, -1, 2, 0.5], [2, 2, 1, 1]));
  });
  const numbers = [...(await value.data()), ...(await grad.data())];
  tf.dispose([value, grad]);
  const known = [(9.5 ** 2 + 12 ** 2 + 17 ** 2 + 19.5 ** 2) / 2, 199, 257, 373, 431];
  const at = known.findIndex((number, i) => !(Math.abs((numbers[i] ?? Number.NaN) - number) <= 1e-4 * number));
  return at < 0 ? undefined : `${numbers[at]} for ${known[at]}`;
}

/** Images a second of two convolutions with their gradients, in batches that grow until a step takes long enough to be timed. */
async function speed(now: Clock): Promise<number> {
  for (let batch = 1; ; batch *= 4) {
    await step(batch); // compiles, and finds its memory
    const start = now();
    await step(batch);
    const milliseconds = Math.max(1e-3, now() - start);
    if (milliseconds >= LONG_ENOUGH_MILLISECONDS || batch >= LARGEST_BATCH) return (1000 * batch) / milliseconds;
  }
}

/** One convolution of real numbers, and one of signs, as most of a binary network's are: by the backend's own kernels, if it has them. */
async function step(batch: number): Promise<void> {
  const convolve = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same");
  const attributes = { strides: [1, 1], pad: [1, 1, 1, 1], scale: 1, relu: 0 };
  const results = tf.tidy(() => {
    const kernel = tf.fill([3, 3, 32, 32], 0.25);
    const real = tf.grads((x, kernel) => tf.mean(tf.square(convolve(x, kernel))))([tf.fill([batch, 8, 8, 32], 0.5), kernel]);
    const x = tf.ones([batch, 8, 8, 32]);
    const [dy] = runTrainingKernel("BinaryConv2D", { x, kernel }, attributes) ?? [];
    const own = dy && runTrainingKernel("BinaryConv2DGrad", { dy, x, kernel }, attributes);
    const binary = own ?? tf.grads(convolve)([x, kernel]);
    return [...real, ...binary].map((gradient) => tf.sum(gradient));
  });
  await Promise.all(results.map((tensor) => tensor.data())); // a number each: the device has then done all of it
  tf.dispose(results);
}
