import * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "../backend.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";

type Info = tf.TensorInfo;
type Shape4 = [number, number, number, number];
type Padding = "valid" | "same" | number | tf.backend_util.ExplicitPadding;

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: Padding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The geometry of a convolution, or undefined for one that is left to the CPU backend: channels first, or dilated. */
function geometry(x: readonly number[], kernel: readonly number[], attrs: Attributes): tf.backend_util.Conv2DInfo | undefined {
  const { strides, pad, dataFormat = "NHWC", dilations = 1, dimRoundingMode } = attrs;
  if (dataFormat !== "NHWC" || [dilations].flat().some((n) => n !== 1)) return undefined;
  const info = tf.backend_util.computeConv2DInfo(x as Shape4, kernel as Shape4, strides, 1, pad, dimRoundingMode);
  return info.inChannels === kernel[2] && info.outWidth > 0 && info.outHeight > 0 && info.batchSize > 0 ? info : undefined;
}

function forward(x: Info, filter: Info, g: tf.backend_util.Conv2DInfo, backend: WasmBackend): Info {
  const { inHeight: h, inWidth: w, inChannels: c, filterHeight: kh, filterWidth: kw, outChannels: f, outHeight: oh, outWidth: ow } = g;
  const y = backend.makeFloats(g.outShape);
  const [xs, kernel, ys] = [backend.address(x), backend.address(filter), backend.address(y)];
  const strides = [4 * c * f, 4 * f, 4];
  backend.withScratch(backend.wasm.convScratch(c, f, kh * kw), (scratch) =>
    backend.wasm.conv2d(
      xs,
      h,
      w,
      c,
      kernel,
      kh,
      kw,
      ...strides,
      f,
      ys,
      oh,
      ow,
      g.strideHeight,
      g.strideWidth,
      g.padInfo.top,
      g.padInfo.left,
      1,
      1,
      0,
      g.batchSize * oh * ow,
      scratch,
    ),
  );
  return y;
}

const conv2d: WasmKernel<{ x: Info; filter: Info }, Attributes> = ({ inputs: { x, filter }, attrs, backend }) => {
  const g = geometry(x.shape, filter.shape, attrs);
  return g && x.dtype === "float32" ? forward(x, filter, g, backend) : undefined;
};

/** Activations that are a kernel of their own, which runs in a second pass. */
const ACTIVATIONS: Readonly<Record<string, string>> = { relu: tf.Relu, relu6: tf.Relu6, elu: tf.Elu, sigmoid: tf.Sigmoid };

interface FusedAttributes extends Attributes {
  readonly activation?: string;
}
interface FusedInputs {
  readonly x: Info;
  readonly filter: Info;
  readonly bias?: Info;
}

const fusedConv2d: WasmKernel<FusedInputs, FusedAttributes> = ({ inputs, attrs, backend }) => {
  const { activation = "linear" } = attrs;
  const g = geometry(inputs.x.shape, inputs.filter.shape, attrs);
  if (!g || (activation !== "linear" && !ACTIVATIONS[activation])) return undefined;
  let y = forward(inputs.x, inputs.filter, g, backend);
  const then = (kernel: string, more: Record<string, Info>) => {
    const next = tf.getKernel(kernel, tf.getBackend()).kernelFunc({ inputs: more, attrs: {}, backend }) as Info;
    backend.disposeData(y.dataId);
    y = next;
  };
  if (inputs.bias) then(tf.Add, { a: y, b: inputs.bias });
  const kernel = ACTIVATIONS[activation];
  if (kernel) then(kernel, { x: y });
  return y;
};

/** dx: dy spread apart by the strides, convolved with the kernel turned half round and its channels and filters exchanged. */
const inputGrad: WasmKernel<{ dy: Info; filter: Info }, Attributes & { inputShape: Shape4 }> = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs;
  const g = geometry(attrs.inputShape, filter.shape, attrs);
  if (!g) return undefined;
  const { inHeight: h, inWidth: w, inChannels: c, filterHeight: kh, filterWidth: kw, outChannels: f, outHeight: oh, outWidth: ow } = g;
  const dx = backend.makeFloats(attrs.inputShape);
  const [dys, kernel, dxs] = [backend.address(dy), backend.address(filter), backend.address(dx)];
  const lastTap = kernel + 4 * (kh * kw - 1) * c * f;
  const strides = [-4 * c * f, 4, 4 * f];
  backend.withScratch(backend.wasm.convScratch(f, c, kh * kw), (scratch) =>
    backend.wasm.conv2d(
      dys,
      oh,
      ow,
      f,
      lastTap,
      kh,
      kw,
      ...strides,
      c,
      dxs,
      h,
      w,
      1,
      1,
      kh - 1 - g.padInfo.top,
      kw - 1 - g.padInfo.left,
      g.strideHeight,
      g.strideWidth,
      0,
      g.batchSize * h * w,
      scratch,
    ),
  );
  return dx;
};

const filterGrad: WasmKernel<{ x: Info; dy: Info }, Attributes & { filterShape: Shape4 }> = ({ inputs: { x, dy }, attrs, backend }) => {
  const g = geometry(x.shape, attrs.filterShape, attrs);
  if (!g || x.dtype !== "float32") return undefined;
  const { inHeight: h, inWidth: w, inChannels: c, filterHeight: kh, filterWidth: kw, outChannels: f, outHeight: oh, outWidth: ow } = g;
  const dw = backend.makeFloats(attrs.filterShape);
  const [xs, dys, dws] = [backend.address(x), backend.address(dy), backend.address(dw)];
  backend.withScratch(backend.wasm.convFilterGradScratch(c, f), (scratch) =>
    backend.wasm.conv2dFilterGrad(
      xs,
      h,
      w,
      c,
      dys,
      f,
      dws,
      kw,
      oh,
      ow,
      g.strideHeight,
      g.strideWidth,
      g.padInfo.top,
      g.padInfo.left,
      g.batchSize * oh * ow,
      0,
      kh * kw,
      scratch,
    ),
  );
  return dw;
};

export const conv2dKernels: KernelTable = {
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: inputGrad,
  Conv2DBackpropFilter: filterGrad,
};
