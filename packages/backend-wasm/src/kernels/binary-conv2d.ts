import type * as tf from "@tensorflow/tfjs";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Inputs = { x: tf.TensorInfo; kernel: tf.TensorInfo };
type Attributes = { strides: [number, number]; pad: [top: number, bottom: number, left: number, right: number] };

const binaryConv2d: WasmKernel<Inputs, Attributes> = ({ inputs: { x, kernel }, attrs, backend }) => {
  const [batch, h, w, c] = x.shape as [number, number, number, number];
  const [kh, kw, , f] = kernel.shape as [number, number, number, number];
  const [sh, sw] = attrs.strides;
  const [top, bottom, left, right] = attrs.pad;
  const oh = Math.floor((h + top + bottom - kh) / sh) + 1;
  const ow = Math.floor((w + left + right - kw) / sw) + 1;
  const y = backend.makeFloats([batch, oh, ow, f]);
  const [xs, kernels, ys] = [backend.address(x), backend.address(kernel), backend.address(y)];
  const padded = attrs.pad.some((n) => n > 0) ? 1 : 0;
  backend.withScratch(backend.wasm.binaryConvScratch(c, f, kh * kw, batch * h * w), (scratch) =>
    backend.wasm.binaryConv2d(
      xs,
      batch * h * w,
      h,
      w,
      c,
      kernels,
      kh,
      kw,
      f,
      ys,
      oh,
      ow,
      sh,
      sw,
      top,
      left,
      padded,
      0,
      batch * oh * ow,
      scratch,
    ),
  );
  return y;
};

export const binaryConv2dKernels: KernelTable = { BinaryConv2D: binaryConv2d };
