import * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "../backend.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Info = tf.TensorInfo;
type Attributes = {
  readonly strides: [number, number];
  readonly pad: [top: number, bottom: number, left: number, right: number];
  readonly scale?: number;
  readonly relu?: number;
};

const binaryConv2d: WasmKernel<{ x: Info; kernel: Info; bias?: Info }, Attributes> = ({ inputs, attrs, backend }) => {
  const { x, kernel, bias } = inputs;
  const [batch, h, w, c] = x.shape as [number, number, number, number];
  const [kh, kw, , f] = kernel.shape as [number, number, number, number];
  const [sh, sw] = attrs.strides;
  const [top, bottom, left, right] = attrs.pad;
  const oh = Math.floor((h + top + bottom - kh) / sh) + 1;
  const ow = Math.floor((w + left + right - kw) / sw) + 1;
  const y = backend.makeFloats([batch, oh, ow, f]);
  const [xs, kernels, ys, biases] = [backend.address(x), backend.address(kernel), backend.address(y), bias ? backend.address(bias) : 0];
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
      attrs.scale ?? 1,
      biases,
      attrs.relu ?? 0,
      0,
      batch * oh * ow,
      scratch,
    ),
  );
  return y;
};

type GradInputs = { readonly dy: Info; readonly x: Info; readonly kernel: Info; readonly y?: Info };

const binaryConv2dGrad: WasmKernel<GradInputs, Attributes> = ({ inputs: { dy, x, kernel, y }, attrs, backend }) => {
  const [top, bottom, left, right] = attrs.pad;
  const explicit = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const convolution = { strides: attrs.strides, pad: explicit, dataFormat: "NHWC", dilations: [1, 1], inputShape: x.shape };
  const channels = { axis: [0, 1, 2], keepDims: false };
  const passed = attrs.relu && y ? passedBy(backend, y, dy) : dy;
  const dx = times(backend, call("Conv2DBackpropInput", backend, { dy: passed, filter: kernel }, convolution), attrs.scale);
  const dKernel = times(
    backend,
    call("Conv2DBackpropFilter", backend, { x, dy: passed }, { ...convolution, filterShape: kernel.shape }),
    attrs.scale,
  );
  const dBias = call("Sum", backend, { x: passed }, channels);
  if (passed !== dy) backend.disposeData(passed.dataId);
  return [dx, dKernel, dBias];
};

/** dy where y is not 0. */
function passedBy(backend: WasmBackend, y: Info, dy: Info): Info {
  const passed = backend.makeFloats(dy.shape);
  backend.wasm.binary(9, backend.address(y), backend.address(dy), backend.address(passed), tf.util.sizeFromShape(dy.shape));
  return passed;
}

function times(backend: WasmBackend, x: Info, factor = 1): Info {
  const factors = backend.makeFloats([1]);
  backend.wasm.fill(backend.address(factors), 1, factor);
  const at = backend.address(x);
  backend.withScratch(4 * backend.wasm.patternLength(1), (scratch) =>
    backend.wasm.binaryBroadcast(2, at, backend.address(factors), at, 1, tf.util.sizeFromShape(x.shape), 1, scratch),
  );
  backend.disposeData(factors.dataId);
  return x;
}

function call(kernel: string, backend: WasmBackend, inputs: Record<string, Info>, attrs: object): Info {
  return tf.getKernel(kernel, tf.getBackend()).kernelFunc({ inputs, attrs: attrs as never, backend }) as Info;
}

export const binaryConv2dKernels: KernelTable = { BinaryConv2D: binaryConv2d, BinaryConv2DGrad: binaryConv2dGrad };
