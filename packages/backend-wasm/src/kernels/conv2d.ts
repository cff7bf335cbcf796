import * as tf from "@benn/core/tensorflow";
import type { WasmBackend } from "../backend.ts";
import { Block } from "../block.ts";
import { Formula, type SignsBehind } from "../formula.ts";
import { type Geometry, geometryOf, withGeometry } from "../geometry.ts";
import { grainOf } from "../grain-of.ts";
import { isLearning } from "../is-learning.ts";
import type { KernelTable, WasmKernel } from "../kernel-call.ts";
import { withProgram } from "../program.ts";

type TensorInfo = tf.TensorInfo;
type Shape4 = [number, number, number, number];
type Padding = "valid" | "same" | number | tf.backend_util.ExplicitPadding;

interface Conv2DAttributes {
  readonly strides: [number, number] | number;
  readonly pad: Padding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** The geometry of a convolution, or undefined if it is left to the CPU backend: channels first, or dilated. */
function geometry(x: readonly number[], kernel: readonly number[], attrs: Conv2DAttributes): tf.backend_util.Conv2DInfo | undefined {
  const { strides, pad, dataFormat = "NHWC", dilations = 1, dimRoundingMode } = attrs;
  if (dataFormat !== "NHWC" || [dilations].flat().some((n) => n !== 1)) return undefined;
  const info = tf.backend_util.computeConv2DInfo(x as Shape4, kernel as Shape4, strides, 1, pad, dimRoundingMode);
  return info.inChannels === kernel[2] && info.outWidth > 0 && info.outHeight > 0 && info.batchSize > 0 ? info : undefined;
}

/** A product over patches. */
interface Patches {
  readonly geometry: Geometry;
  /** Address of the images. */
  readonly x: number;
  readonly kernel: { readonly at: number; readonly strides: readonly [tap: number, channel: number, filter: number] };
  /** Where the values go, or only their signs after a chain, as bits. */
  readonly y: number | SignsBehind;
  /** Address, or 0. */
  readonly bias?: number;
  /** Whether products may be added without rounding them first. */
  readonly fused: boolean;
}

function convolve(backend: WasmBackend, { geometry, x, kernel, y, bias = 0, fused }: Patches): void {
  const { wasm } = backend;
  const { batch, height, width, channels: c, filters: f, outHeight, outWidth } = geometry;
  const taps = geometry.kernelHeight * geometry.kernelWidth;
  const total = batch * outHeight * outWidth;
  const macs = taps * c * f;
  const work = { macs: total * macs, bytes: 4 * batch * (height * width * c + outHeight * outWidth * f) };
  const grain = grainOf(total, Math.ceil(500_000 / macs), 64);
  withGeometry(backend, geometry, (window) =>
    backend.withScratch(wasm.convPacked(c, f, taps), (packed) => {
      wasm.packConvKernel(kernel.at, taps, c, f, ...kernel.strides, packed);
      if (typeof y === "number") {
        const cut = { total, grain, scratch: wasm.convScratch(c, taps), work };
        backend.run("conv2d", cut, window, x, packed, y, bias, Number(fused));
        return;
      }
      const { address, thresholds, length } = y;
      // A chunk may begin and end within an image.
      const images = Math.min(batch, Math.ceil(grain / (outHeight * outWidth)) + 1);
      const scratch = wasm.convSignsScratch(c, f, taps, images * height * width * c);
      const bytes = wasm.convQuantized(c, f, taps);
      backend.withScratch(bytes, (quantized) => {
        if (bytes) wasm.quantizeConvKernel(kernel.at, taps * c, f, bias, thresholds, length, quantized);
        const integers = bytes && quantized;
        backend.run("conv2dSigns", { total, grain, scratch, work }, window, x, packed, address, bias, thresholds, length, integers);
      });
    }),
  );
}

/**
 * The convolution: computed at once in training, on demand in evaluation. If only the signs are needed, for example after batch norm, the
 * values are never materialized.
 */
function forward(x: TensorInfo, filter: TensorInfo, g: tf.backend_util.Conv2DInfo, backend: WasmBackend, bias?: TensorInfo): TensorInfo {
  const { inChannels: c, outChannels: f } = g;
  const fused = isLearning();
  const [image, kernel, ...offset] = [x, filter, ...(bias ? [bias] : [])].map((info) => backend.formula(info)) as [
    Formula,
    Formula,
    ...Formula[],
  ];
  const write = (y: number | SignsBehind): void => {
    for (const operand of [image, kernel, ...offset]) backend.materialize(operand);
    convolve(backend, {
      geometry: geometryOf(g),
      x: image.block!.address,
      kernel: { at: kernel.block!.address, strides: [4 * c * f, 4 * f, 4] },
      y,
      bias: offset[0]?.block?.address ?? 0,
      fused,
    });
  };
  const { readWhole } = backend;
  if (fused || readWhole.has(filter.dataId)) {
    const y = backend.makeFloats(g.outShape);
    write(backend.address(y));
    return y;
  }
  const { dataId } = filter;
  const length = tf.util.sizeFromShape(g.outShape);
  let packed = false;
  const computeSigns = (behind: SignsBehind): void => {
    packed = true;
    write(behind);
  };
  const compute = (): Block => {
    // If the values are read after the signs, the next evaluation of the same network must not compute them twice.
    if (packed) readWhole.add(dataId);
    const y = new Block(backend.tensors, 4 * length);
    try {
      write(y.address);
    } catch (error) {
      y.release();
      throw error;
    }
    return y;
  };
  return backend.defer(
    g.outShape,
    new Formula("whole", { length, inputs: [image, kernel, ...offset], compute, forms: { signs: { channels: f, compute: computeSigns } } }),
  );
}

const conv2d: WasmKernel<{ x: TensorInfo; filter: TensorInfo }, Conv2DAttributes> = ({ inputs: { x, filter }, attrs, backend }) => {
  const g = geometry(x.shape, filter.shape, attrs);
  return g && x.dtype === "float32" ? forward(x, filter, g, backend) : undefined;
};

/** Activations that are separate kernels, run in a second pass. */
const ACTIVATIONS: Readonly<Record<string, string>> = { relu: tf.Relu, relu6: tf.Relu6, elu: tf.Elu, sigmoid: tf.Sigmoid };

interface FusedConv2DAttributes extends Conv2DAttributes {
  readonly activation?: string;
}
interface FusedInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo;
}

const fusedConv2d: WasmKernel<FusedInputs, FusedConv2DAttributes> = ({ inputs, attrs, backend }) => {
  const { activation = "linear" } = attrs;
  const g = geometry(inputs.x.shape, inputs.filter.shape, attrs);
  if (!g || (activation !== "linear" && !ACTIVATIONS[activation])) return undefined;
  const perFilter = inputs.bias && tf.util.sizeFromShape(inputs.bias.shape) === g.outChannels;
  let y = forward(inputs.x, inputs.filter, g, backend, perFilter ? inputs.bias : undefined);
  const then = (kernel: string, more: Record<string, TensorInfo>) => {
    const next = tf.getKernel(kernel, tf.getBackend()).kernelFunc({ inputs: more, attrs: {}, backend }) as TensorInfo;
    backend.disposeData(y.dataId);
    y = next;
  };
  if (inputs.bias && !perFilter) then(tf.Add, { a: y, b: inputs.bias });
  const kernel = ACTIVATIONS[activation];
  if (kernel) then(kernel, { x: y });
  return y;
};

/**
 * dx: dy dilated by the strides, convolved with the kernel rotated by 180° and its channels and filters exchanged. Computed on demand,
 * because TensorFlow.js requests it even if x is the images.
 */
const inputGrad: WasmKernel<{ dy: TensorInfo; filter: TensorInfo }, Conv2DAttributes & { inputShape: Shape4 }> = ({
  inputs,
  attrs,
  backend,
}) => {
  const g = geometry(attrs.inputShape, inputs.filter.shape, attrs);
  // conv2dTranspose may pass a dy that is larger than the convolution's output.
  if (!g || inputs.dy.shape.some((n, i) => n !== g.outShape[i])) return undefined;
  const { inChannels: c, filterHeight: kh, filterWidth: kw, outChannels: f } = g;
  const [dy, filter] = [backend.formula(inputs.dy), backend.formula(inputs.filter)];
  const length = tf.util.sizeFromShape(attrs.inputShape);
  const compute = (): Block => {
    backend.materialize(dy);
    backend.materialize(filter);
    const dx = new Block(backend.tensors, 4 * length);
    try {
      convolve(backend, {
        geometry: {
          batch: g.batchSize,
          height: g.outHeight,
          width: g.outWidth,
          channels: f,
          kernelHeight: kh,
          kernelWidth: kw,
          filters: c,
          outHeight: g.inHeight,
          outWidth: g.inWidth,
          strideHeight: 1,
          strideWidth: 1,
          top: kh - 1 - g.padInfo.top,
          left: kw - 1 - g.padInfo.left,
          spreadHeight: g.strideHeight,
          spreadWidth: g.strideWidth,
        },
        x: dy.block!.address,
        kernel: { at: filter.block!.address + 4 * (kh * kw - 1) * c * f, strides: [-4 * c * f, 4, 4 * f] },
        y: dx.address,
        fused: true,
      });
    } catch (error) {
      dx.release();
      throw error;
    }
    return dx;
  };
  return backend.defer(attrs.inputShape, new Formula("whole", { length, inputs: [dy, filter], compute }));
};

/** Output pixels that the kernel processes at a time. */
const PIXELS = 240;

const filterGrad: WasmKernel<{ x: TensorInfo; dy: TensorInfo }, Conv2DAttributes & { filterShape: Shape4 }> = ({
  inputs: { x, dy },
  attrs,
  backend,
}) => {
  const g = geometry(x.shape, attrs.filterShape, attrs);
  if (!g || x.dtype !== "float32") return undefined;
  const { inChannels: c, filterHeight: kh, filterWidth: kw, outChannels: f, outHeight: oh, outWidth: ow } = g;
  const { wasm } = backend;
  const dw = backend.makeFloats(attrs.filterShape);
  const size = tf.util.sizeFromShape(attrs.filterShape);
  const [xs, out, formula] = [backend.address(x), backend.address(dw), backend.formula(dy)];
  const pixels = g.batchSize * oh * ow;
  const units = wasm.filterGradUnits(c, kh * kw);
  // A formula would be evaluated again for each tap, and only from the start of a pattern.
  if (units > 1 || (PIXELS * f) % wasm.patternLength(f) !== 0) backend.materialize(formula);
  const wanted = Math.min(Math.ceil(24 / units), Math.max(1, Math.floor(8e6 / (4 * size))), Math.ceil(pixels / PIXELS));
  const perSplit = Math.ceil(pixels / PIXELS / wanted) * PIXELS;
  const splits = Math.ceil(pixels / perSplit);
  withProgram(backend, [formula], f, ({ address, length, registers, plain }) =>
    backend.withScratch(4 * size * splits, (partials) => {
      const scratch = wasm.convFilterGradScratch(c, f, kh * kw, length, registers);
      const work = { macs: pixels * size, bytes: 4 * pixels * f };
      const cut = { total: units * splits, grain: 1, scratch, work };
      withGeometry(backend, geometryOf(g), (window) =>
        backend.run("conv2dFilterGrad", cut, window, xs, address, partials, pixels, perSplit, length, plain),
      );
      backend.run("addPartials", { total: size, grain: grainOf(size, 16_384, 64) }, partials, splits, 4 * size, 1, out);
    }),
  );
  return dw;
};

export const conv2dKernels: KernelTable = {
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: inputGrad,
  Conv2DBackpropFilter: filterGrad,
};
