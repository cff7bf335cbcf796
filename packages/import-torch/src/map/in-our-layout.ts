import { sizeOf, Tensor } from "../checkpoint/tensor.ts";

/** A view whose elements, read in order, have our layout, and its shape. */
export interface LaidOut {
  readonly view: Tensor;
  readonly shape: readonly number[];
}

/**
 * A PyTorch weight in TensorFlow.js's layout: convolution kernels [filters, channels, height, width] → [height, width, channels, filters],
 * dense kernels [units, inputs] → [inputs, units], anything else unchanged. Nothing is copied: a transposed tensor is the same storage with
 * other strides.
 * @param flattened shape [channels, height, width] of the inputs before they were flattened: our order is pixel by pixel
 * @returns undefined if the number of inputs does not match
 */
export function inOurLayout(tensor: Tensor, who: string, flattened?: readonly [number, number, number]): LaidOut | undefined {
  const { shape, strides } = tensor;
  const axes = shape.length === 4 ? [2, 3, 1, 0] : shape.length === 2 ? [1, 0] : shape.map((_, axis) => axis);
  const dims = axes.map((axis) => ({ size: shape[axis] ?? 1, stride: strides[axis] ?? 0 }));
  const [inputs, ...rest] = dims;
  const laidOut = dims.map(({ size }) => size);
  if (!flattened) return { view: view(tensor, who, dims), shape: laidOut };
  if (!inputs || shape.length > 2 || inputs.size !== sizeOf(flattened)) return undefined;
  const [channels, height, width] = flattened;
  const { stride } = inputs;
  const pixels = [
    { size: height, stride: width * stride },
    { size: width, stride },
    { size: channels, stride: height * width * stride },
  ];
  return { view: view(tensor, who, [...pixels, ...rest]), shape: laidOut };
}

function view({ storage, offset }: Tensor, who: string, dims: readonly { readonly size: number; readonly stride: number }[]): Tensor {
  return new Tensor(
    who,
    storage,
    offset,
    dims.map(({ size }) => size),
    dims.map(({ stride }) => stride),
  );
}
