import * as tf from "../tensorflow.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { SignConv2D, type SignConv2DOptions } from "./sign-conv2d.ts";

const calls: string[] = [];

// TensorFlow.js's own backend under another name, with a binary layer's kernels.
beforeAll(async () => {
  await tf.setBackend("cpu");
  const kernel = (
    kernelName: string,
    backendName: string,
    kernelFunc: (inputs: Record<string, tf.Tensor>, pad: number) => tf.Tensor | tf.Tensor[],
  ) =>
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, attrs }) {
        const { pad = [0], ...others } = (attrs ?? {}) as unknown as { pad?: number[] } & Record<string, unknown>;
        calls.push(kernelName);
        if (kernelName.startsWith("BinaryConv")) {
          expect(pad).toEqual(Array.from({ length: 4 }, () => pad[0]));
          expect(others).toMatchObject({ strides: [1, 1], scale: 1, relu: 0, ...(kernelName.endsWith("Grad") ? { seed: 0 } : {}) });
        }
        return kernelFunc(inputs as unknown as Record<string, tf.Tensor>, pad[0]!);
      },
    });
  for (const name of ["with-bits", "with-half"]) {
    tf.registerBackend(name, () => tf.findBackend("cpu"));
    tf.copyRegisteredKernels("cpu", name);
    kernel("BinarySign", name, ({ x }) => tf.sub(tf.mul(tf.cast(tf.greaterEqual(x!, 0), "float32"), 2), 1));
    kernel("BinarySignGrad", name, ({ x, dy }) => tf.mul(dy!, tf.cast(tf.less(tf.abs(x!), 1), "float32")));
    kernel("BinaryConv2D", name, ({ x, kernel: w }, pad) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, pad > 0 ? "same" : "valid"));
  }
  kernel("BinaryConv2DGrad", "with-bits", ({ x, kernel: w, dy }, padding) => {
    const common = { strides: [1, 1], pad: padding > 0 ? "same" : "valid", dataFormat: "NHWC" };
    const run = tf.engine().runKernel.bind(tf.engine());
    return [
      run<tf.Tensor>("Conv2DBackpropInput", { dy: dy!, filter: w! }, { ...common, inputShape: x!.shape }),
      run<tf.Tensor>("Conv2DBackpropFilter", { x: x!, dy: dy! }, { ...common, filterShape: w!.shape }),
    ];
  });
});
afterAll(() => void tf.setBackend("cpu"));

const random = createRandom(1, "signs");
const images = Float32Array.from({ length: 2 * 5 * 4 * 3 }, (_, i) => (i === 7 ? 0 : 1.2 * random.normal()));

/** Output, and the gradients of the input and of the kernel, of a layer on the active backend. */
function results(options: Omit<SignConv2DOptions, "name" | "filters">) {
  const layer = new SignConv2D({ name: "signs", filters: 2, ...options });
  const x = tf.tensor4d(images, [2, 5, 4, 3]);
  const y = layer.apply(x) as tf.Tensor;
  expect(y.shape.slice(1)).toEqual((layer.computeOutputShape([null, 5, 4, 3]) as number[]).slice(1));
  const variable = layer.weights[0]!.read() as tf.Variable;
  const weights = tf.randomUniform(y.shape, -1, 1, "float32", 3);
  const loss = (input: tf.Tensor): tf.Scalar => tf.sum(tf.mul(layer.apply(input) as tf.Tensor, weights));
  const dx = tf.grad(loss)(x);
  const { grads } = tf.variableGrads(() => loss(x), [variable]);
  return [y, dx, ...Object.values(grads)].map((tensor) => [...tensor.dataSync<"float32">()]);
}

test.for([{ kernelSize: 2 }, { kernelSize: 3, padding: "same" }, { kernelSize: 3, padding: "valid" }] as const)(
  "a backend's own kernels are taken, and give what stock kernels give: %o",
  async (options) => {
    await tf.setBackend("cpu");
    calls.length = 0;
    const stock = results(options);
    expect(calls).toEqual([]);
    await tf.setBackend("with-bits");
    expect(results(options)).toEqual(stock);
    expect(new Set(calls)).toEqual(new Set(["BinarySign", "BinarySignGrad", "BinaryConv2D", "BinaryConv2DGrad"]));
  },
);

test("the output is the sum of signs, 0 counting as +1, and the gradient passes where the input is within −1 and 1", async () => {
  await tf.setBackend("cpu");
  const [y, dx] = results({ kernelSize: 1 });
  const sign = (value: number): number => (value < 0 ? -1 : 1);
  for (let pixel = 0; pixel < 40; pixel++) {
    const own = [...images.subarray(3 * pixel, 3 * pixel + 3)];
    expect(y?.slice(2 * pixel, 2 * pixel + 2)).toEqual(Array.from({ length: 2 }, () => own.reduce((sum, value) => sum + sign(value), 0)));
    for (const [channel, value] of own.entries()) expect(dx?.[3 * pixel + channel] === 0, `${value}`).toBe(Math.abs(value) >= 1);
  }
  expect(new SignConv2D({ name: "signs", filters: 2, kernelSize: 3 }).computeOutputShape([null, null, 4, 3])).toEqual([null, null, 2, 2]);
});

test("a backend with half of the kernels is refused", async () => {
  await tf.setBackend("with-half");
  expect(() => results({ kernelSize: 2 })).toThrow("backend with-half: has BinaryConv2D without its gradient");
  await tf.setBackend("cpu");
});
