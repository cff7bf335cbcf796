import type * as tf from "@benn/core/tensorflow";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";
import { channelSums } from "./channel-sums.ts";
import { type ConvolutionSizes, gradientOfInput, gradientOfKernel } from "./conv2d-gradients.ts";

interface BinaryConv2DAttributes {
  readonly strides: readonly [number, number];
  /** Top, bottom, left, right. */
  readonly pad: readonly [number, number, number, number];
  readonly scale: number;
  readonly relu: number;
}

type Four = [number, number, number, number];

function sizesOf(
  x: tf.TensorInfo,
  kernel: tf.TensorInfo,
  { strides, pad: [top, bottom, left, right] }: BinaryConv2DAttributes,
): ConvolutionSizes {
  const [batch, height, width, channels] = x.shape as Four;
  const [kernelHeight, kernelWidth, , filters] = kernel.shape as Four;
  const out = (size: number, padding: number, kernelSize: number, stride: number): number =>
    Math.floor((size + padding - kernelSize) / stride) + 1;
  return {
    input: [batch, height, width, channels],
    kernel: kernel.shape as Four,
    output: [batch, out(height, top + bottom, kernelHeight, strides[0]), out(width, left + right, kernelWidth, strides[1]), filters],
    strides,
    before: [top, left],
  };
}

/** Packs 32 channels per word, [pixels, words]: a bit is set if `condition` of `value` holds. */
function packChannels(backend: GuardedBackend, x: tf.TensorInfo, channels: number, key: string, condition: string): tf.TensorInfo {
  const pixels = x.shape.reduce((product, n) => product * n, 1) / channels;
  const words = Math.ceil(channels / 32);
  return runElements(backend, {
    key: `packChannels_${key}`,
    inputs: { x },
    shape: [pixels, words],
    dtype: "int32",
    uniforms: { channels: ["i32", channels], words: ["i32", words] },
    value: `
      let first = index % uniforms.words * 32;
      let from_ = index / uniforms.words * uniforms.channels + first;
      var bits = 0u;
      for (var bit = 0; bit < min(32, uniforms.channels - first); bit++) {
        let value = x[from_ + bit];
        if (${condition}) { bits |= 1u << u32(bit); }
      }
      return bitcast<i32>(bits);`,
  });
}

/** Packs the kernel's signs, 32 channels per word, as [taps, words, filters]: neighbouring threads compute neighbouring filters. */
function packKernel(backend: GuardedBackend, kernel: tf.TensorInfo): tf.TensorInfo {
  const [height, width, channels, filters] = kernel.shape as Four;
  const words = Math.ceil(channels / 32);
  return runElements(backend, {
    key: "packKernel",
    inputs: { kernel },
    shape: [height * width, words, filters],
    dtype: "int32",
    uniforms: { channels: ["i32", channels], words: ["i32", words], filters: ["i32", filters] },
    value: `
      let filter_ = index % uniforms.filters;
      let first = index / uniforms.filters % uniforms.words * 32;
      let tap = index / uniforms.filters / uniforms.words;
      var bits = 0u;
      for (var bit = 0; bit < min(32, uniforms.channels - first); bit++) {
        if (kernel[(tap * uniforms.channels + first + bit) * uniforms.filters + filter_] < 0.0) { bits |= 1u << u32(bit); }
      }
      return bitcast<i32>(bits);`,
  });
}

/**
 * XNOR and popcount: with words `signs` that mark negative values and `parts` that mark values other than 0, a sum of products of ±1 is the
 * number of parts minus twice the number of differing signs. Zeros (from dropout or padding) are not parts.
 * @see M. Rastegari et al., "XNOR-Net", ECCV 2016, section 3.2
 */
const binaryConv2d: Kernel<{ x: tf.TensorInfo; kernel: tf.TensorInfo; bias?: tf.TensorInfo }, BinaryConv2DAttributes> = ({
  inputs: { x, kernel, bias },
  attrs,
  backend,
}) => {
  const { input, kernel: taps, output, strides, before } = sizesOf(x, kernel, attrs);
  const channels = input[3];
  // Signs are never 0, so all of them are parts.
  const source = backend.formsOf(x).signOf;
  const signs = packChannels(backend, source ?? x, channels, "signs", "value < 0.0");
  const parts = source ? undefined : packChannels(backend, x, channels, "parts", "value != 0.0");
  const weights = packKernel(backend, kernel);
  const y = runElements(backend, {
    key: `binaryConv2d_${parts ? "parts" : ""}_${bias ? "bias" : ""}_${attrs.relu}`,
    inputs: { signs, ...(parts ? { parts } : {}), weights, kernel, ...(bias ? { bias } : {}) },
    shape: output,
    uniforms: {
      height: ["i32", input[1]],
      width: ["i32", input[2]],
      channels: ["i32", channels],
      words: ["i32", Math.ceil(channels / 32)],
      kernelHeight: ["i32", taps[0]],
      kernelWidth: ["i32", taps[1]],
      filters: ["i32", taps[3]],
      outHeight: ["i32", output[1]],
      outWidth: ["i32", output[2]],
      strideY: ["i32", strides[0]],
      strideX: ["i32", strides[1]],
      top: ["i32", before[0]],
      left: ["i32", before[1]],
      scale: ["f32", attrs.scale],
    },
    value: `
      let filter_ = index % uniforms.filters;
      let pixel = index / uniforms.filters;
      let image = pixel / uniforms.outWidth / uniforms.outHeight;
      let y0 = pixel / uniforms.outWidth % uniforms.outHeight * uniforms.strideY - uniforms.top;
      let x0 = pixel % uniforms.outWidth * uniforms.strideX - uniforms.left;
      var sum = 0;
      for (var tapY = max(0, -y0); tapY < min(uniforms.kernelHeight, uniforms.height - y0); tapY++) {
        for (var tapX = max(0, -x0); tapX < min(uniforms.kernelWidth, uniforms.width - x0); tapX++) {
          let at = ((image * uniforms.height + y0 + tapY) * uniforms.width + x0 + tapX) * uniforms.words;
          let weightAt = (tapY * uniforms.kernelWidth + tapX) * uniforms.words * uniforms.filters + filter_;
          ${parts ? "" : "sum += uniforms.channels;"}
          for (var word = 0; word < uniforms.words; word++) {
            let differing = signs[at + word] ^ weights[weightAt + word * uniforms.filters];
            ${
              parts
                ? "sum += countOneBits(parts[at + word]) - 2 * countOneBits(differing & parts[at + word]);"
                : "sum -= 2 * countOneBits(differing);"
            }
          }
        }
      }
      let scaled = f32(sum) * (abs(kernel[filter_]) * uniforms.scale)${bias ? " + bias[filter_]" : ""};
      return ${attrs.relu ? "max(0.0, scaled)" : "scaled"};`,
  });
  for (const { dataId } of [signs, weights, ...(parts ? [parts] : [])]) backend.disposeData(dataId);
  return y;
};

interface GradInputs {
  readonly dy: tf.TensorInfo;
  readonly x: tf.TensorInfo;
  readonly kernel: tf.TensorInfo;
  readonly y?: tf.TensorInfo;
}

const binaryConv2dGrad: Kernel<GradInputs, BinaryConv2DAttributes> = ({ inputs: { dy, x, kernel, y }, attrs, backend }) => {
  const sizes = sizesOf(x, kernel, attrs);
  const filters = sizes.kernel[3];
  const rows = sizes.output[0] * sizes.output[1] * sizes.output[2];
  const masked = y
    ? runElements(backend, {
        key: "passedByRelu",
        inputs: { dy, y },
        shape: dy.shape,
        value: "return select(0.0, dy[index], y[index] > 0.0);",
      })
    : dy;
  // Without a bias, this gradient is never requested.
  const dBias = backend.defer([filters], [masked], (output) => {
    channelSums(backend, { key: "dy", inputs: { dy: masked }, rows, channels: filters, term: "dy[at]", output });
  });
  const scaled = (gradient: tf.TensorInfo): tf.TensorInfo => {
    if (attrs.scale === 1) return gradient;
    const product = runElements(backend, {
      key: "scaled",
      inputs: { gradient },
      shape: gradient.shape,
      uniforms: { scale: ["f32", attrs.scale] },
      value: "return gradient[index] * uniforms.scale;",
    });
    backend.disposeData(gradient.dataId);
    return product;
  };
  const dx = scaled(gradientOfInput(backend, masked, kernel, sizes));
  const source = backend.formsOf(x).signOf;
  const dKernel = scaled(gradientOfKernel(backend, source ?? x, masked, sizes, source ? "signs" : "values"));
  if (masked !== dy) backend.disposeData(masked.dataId);
  return [dx, dKernel, dBias];
};

export const binaryConv2dKernels: KernelTable = { BinaryConv2D: binaryConv2d, BinaryConv2DGrad: binaryConv2dGrad };
