import { drawn, input, type KernelCase, type KernelContracts, number, shapeOf, sizeOf, type Values } from "../kernel-contract.ts";
import type { Random } from "../random.ts";

type Four = readonly [number, number, number, number];

const SHAPES = [
  { x: [2, 5, 4, 3], kernel: [3, 2, 3, 5], strides: [1, 1], pad: [1, 1, 0, 1] },
  { x: [1, 6, 7, 8], kernel: [3, 3, 8, 17], strides: [2, 1], pad: [0, 1, 2, 0] },
  { x: [3, 3, 3, 40], kernel: [1, 1, 40, 4], strides: [1, 1], pad: [0, 0, 0, 0] },
] as const;

/** Random −1 and +1; with `zeros`, every fifth value is 0. */
function signs(random: Random, shape: readonly number[], zeros = false): Values {
  const { values } = drawn(random, shape);
  return { shape, values: Float32Array.from(values, (value, i) => (zeros && i % 5 === 0 ? 0 : Math.sign(value))) };
}

/** A kernel in which each filter holds only −a and +a. */
function filters(random: Random, shape: Four): Values {
  const [count, { values }] = [shape[3], drawn(random, shape)];
  return { shape, values: Float32Array.from(values, (value, i) => (1 + (i % count) / 4) * Math.sign(value)) };
}

/** Calls `use` for each product of the convolution, with the indices of its factors in x and the kernel, and of its sum in y. */
function eachProduct(given: KernelCase, use: (x: number, weight: number, y: number) => void): Four {
  const [[batch, height, width, channels], [rows, columns, , count]] = [shapeOf(given, "x"), shapeOf(given, "kernel")] as unknown as [
    Four,
    Four,
  ];
  const { strides, pad } = given.attributes as unknown as { strides: readonly [number, number]; pad: Four };
  const outHeight = Math.floor((height + pad[0] + pad[1] - rows) / strides[0]) + 1;
  const outWidth = Math.floor((width + pad[2] + pad[3] - columns) / strides[1]) + 1;
  for (let y = 0; y < batch * outHeight * outWidth; y++) {
    const image = Math.floor(y / outWidth / outHeight);
    const [top, left] = [(Math.floor(y / outWidth) % outHeight) * strides[0] - pad[0], (y % outWidth) * strides[1] - pad[2]];
    for (let tap = 0; tap < rows * columns; tap++) {
      const [row, column] = [top + Math.floor(tap / columns), left + (tap % columns)];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const at = ((image * height + row) * width + column) * channels;
      for (let c = 0; c < channels; c++) for (let f = 0; f < count; f++) use(at + c, (tap * channels + c) * count + f, y * count + f);
    }
  }
  return [batch, outHeight, outWidth, count];
}

function forward(given: KernelCase): Values {
  const [x, kernel] = [input(given, "x"), input(given, "kernel")];
  const sums: number[] = [];
  const shape = eachProduct(given, (i, weight, y) => void (sums[y] = (sums[y] ?? 0) + x[i]! * kernel[weight]!));
  const bias = given.inputs["bias"] && input(given, "bias");
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const value = (sums[i] ?? 0) * Number(given.attributes?.["scale"] ?? 1) + (bias?.[i % shape[3]] ?? 0);
    return number(given, "relu") === 1 ? Math.max(0, value) : value;
  });
  return { shape, values };
}

export const binaryConv2dKernels = {
  /**
   * x [B, H, W, C] of −1, 0, +1; kernel [h, w, C, F], each filter of −a and +a only; bias? [F] → y [B, H', W', F] = the exact integer sum
   * times (a · `scale`), plus bias, then max(0, ·) if `relu` is 1. `strides` [sh, sw]; `pad` [top, bottom, left, right], filled with zeros;
   * `scale`; `relu` 0 or 1.
   */
  BinaryConv2D: {
    cases: (random) =>
      SHAPES.flatMap(({ x, kernel, strides, pad }) =>
        [false, true].map((other) => ({
          inputs: { x: signs(random, x, other), kernel: filters(random, kernel), ...(other && { bias: drawn(random, [kernel[3]]) }) },
          attributes: { strides, pad, scale: other ? 1.5 : 1, relu: Number(other) },
        })),
      ),
    reference: (given) => [forward(given)],
  },
  /**
   * dy [B, H', W', F], x, kernel as above, y? (only with `relu`: dy counts as 0 where y is 0) → dx [B, H, W, C], dKernel [h, w, C, F],
   * dBias [F]: the gradients of x, of the binary kernel, and of the bias. Attributes as above, and `seed` of this layer and step, for
   * backends that round stochastically.
   */
  BinaryConv2DGrad: {
    cases: (random) =>
      SHAPES.flatMap(({ x, kernel, strides, pad }) =>
        [false, true].map((other) => {
          const layer = {
            inputs: { x: signs(random, x, other), kernel: filters(random, kernel) },
            attributes: { strides, pad, scale: other ? 1.5 : 1, relu: Number(other), seed: 5 },
          };
          const y = forward(layer);
          return { ...layer, inputs: { ...layer.inputs, dy: drawn(random, y.shape), ...(other && { y }) } };
        }),
      ),
    reference: (given) => {
      const [x, kernel, y] = [input(given, "x"), input(given, "kernel"), given.inputs["y"]?.values];
      const dy = input(given, "dy").map((value, i) => (number(given, "relu") === 1 && y?.[i] === 0 ? 0 : value));
      const [dx, dKernel] = [new Float64Array(x.length), new Float64Array(kernel.length)];
      const scale = number(given, "scale");
      const [, , , count] = eachProduct(given, (i, weight, at) => {
        dx[i]! += dy[at]! * kernel[weight]! * scale;
        dKernel[weight]! += dy[at]! * x[i]! * scale;
      });
      const dBias = new Float64Array(count);
      for (const [i, value] of dy.entries()) dBias[i % count]! += value;
      return [
        { shape: shapeOf(given, "x"), values: dx },
        { shape: shapeOf(given, "kernel"), values: dKernel },
        { shape: [count], values: dBias },
      ];
    },
    // A backend may round dy to a thousand levels. Backends that do not are tested more strictly by their own tests.
    tolerance: 1e-2,
  },
} satisfies KernelContracts;
