import * as tf from "@benn/core/tensorflow";
import type { GuardedBackend } from "../guarded-backend.ts";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import type { Uniforms } from "../elements.ts";
import { tiledProduct } from "../tiled-product.ts";

export interface ConvolutionSizes {
  /** [batch, height, width, channels] */
  readonly input: readonly [number, number, number, number];
  /** [height, width, channels, filters] */
  readonly kernel: readonly [number, number, number, number];
  /** [batch, height', width', filters] */
  readonly output: readonly [number, number, number, number];
  readonly strides: readonly [number, number];
  /** Rows of zeros above, columns of zeros to the left. */
  readonly before: readonly [number, number];
}

function uniformsOf({ input, kernel, output, strides, before }: ConvolutionSizes): Uniforms {
  return {
    height: ["i32", input[1]],
    width: ["i32", input[2]],
    channels: ["i32", input[3]],
    kernelHeight: ["i32", kernel[0]],
    kernelWidth: ["i32", kernel[1]],
    filters: ["i32", kernel[3]],
    outHeight: ["i32", output[1]],
    outWidth: ["i32", output[2]],
    strideY: ["i32", strides[0]],
    strideX: ["i32", strides[1]],
    top: ["i32", before[0]],
    left: ["i32", before[1]],
  };
}

/**
 * dKernel [height, width, channels, filters] = Σ over pixels of x · dy: rows are the kernel's weights of a filter, columns the filters, and
 * k the output's pixels. Optionally with the signs of x. TensorFlow.js uses one thread per weight, which loops over all pixels.
 */
export function gradientOfKernel(
  backend: GuardedBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  sizes: ConvolutionSizes,
  of: "values" | "signs" = "values",
): tf.TensorInfo {
  const { kernel, output } = sizes;
  const [height, width, channels, filters] = kernel;
  const product = tiledProduct(backend, {
    key: of === "values" ? "gradientOfKernel" : "gradientOfKernel_signs",
    inputs: { x, dy },
    m: height * width * channels,
    n: filters,
    k: output[0] * output[1] * output[2],
    uniforms: uniformsOf(sizes),
    left: {
      along: "side",
      side: `
        let tap = index / uniforms.channels;
        return vec4<i32>(index % uniforms.channels, tap / uniforms.kernelWidth - uniforms.top, tap % uniforms.kernelWidth - uniforms.left, 0);`,
      depth: `
        let row = k / uniforms.outWidth;
        let image = row / uniforms.outHeight;
        return vec4<i32>(image * uniforms.height, row % uniforms.outHeight * uniforms.strideY, k % uniforms.outWidth * uniforms.strideX, 0);`,
      value: `
        let y = depth.y + side.y;
        let x_ = depth.z + side.z;
        if (y < 0 || y >= uniforms.height || x_ < 0 || x_ >= uniforms.width) { return 0.0; }
        let value = x[((depth.x + y) * uniforms.width + x_) * uniforms.channels + side.x];
        return ${of === "values" ? "value" : "select(1.0, -1.0, value < 0.0)"};`,
    },
    right: {
      along: "side",
      side: "return vec4<i32>(index, 0, 0, 0);",
      depth: "return vec4<i32>(k * uniforms.filters, 0, 0, 0);",
      value: "return dy[depth.x + side.x];",
    },
  });
  return { ...product, shape: [...kernel] };
}

/**
 * dx [batch, height, width, channels] = Σ over taps and filters of dy · kernel: rows are the input's pixels, columns its
 * channels, and k runs over taps and filters.
 */
export function gradientOfInput(
  backend: GuardedBackend,
  dy: tf.TensorInfo,
  kernel: tf.TensorInfo,
  sizes: ConvolutionSizes,
  output?: tf.TensorInfo,
): tf.TensorInfo {
  const [batch, height, width, channels] = sizes.input;
  const [kernelHeight, kernelWidth, , filters] = sizes.kernel;
  const isUnit = sizes.strides[0] === 1 && sizes.strides[1] === 1;
  const product = tiledProduct(backend, {
    key: `gradientOfInput_${isUnit ? "unit" : "strided"}`,
    inputs: { dy, kernel },
    output,
    m: batch * height * width,
    n: channels,
    k: kernelHeight * kernelWidth * filters,
    uniforms: uniformsOf(sizes),
    left: {
      along: "depth",
      side: `
        let row = index / uniforms.width;
        let image = row / uniforms.height;
        return vec4<i32>(image * uniforms.outHeight, row % uniforms.height + uniforms.top, index % uniforms.width + uniforms.left, 0);`,
      depth: `
        let tap = k / uniforms.filters;
        return vec4<i32>(k % uniforms.filters, tap / uniforms.kernelWidth, tap % uniforms.kernelWidth, 0);`,
      value: `
        let y = side.y - depth.y;
        let x = side.z - depth.z;
        ${
          isUnit // divisions cost more than everything else here
            ? "if (y < 0 || x < 0) { return 0.0; } let outY = y; let outX = x;"
            : `if (y < 0 || x < 0 || y % uniforms.strideY != 0 || x % uniforms.strideX != 0) { return 0.0; }
               let outY = y / uniforms.strideY;
               let outX = x / uniforms.strideX;`
        }
        if (outX >= uniforms.outWidth || outY >= uniforms.outHeight) { return 0.0; }
        return dy[((side.x + outY) * uniforms.outWidth + outX) * uniforms.filters + depth.x];`,
    },
    right: {
      along: "depth",
      side: "return vec4<i32>(index * uniforms.filters, 0, 0, 0);",
      depth: "return vec4<i32>(k / uniforms.filters * uniforms.channels * uniforms.filters + k % uniforms.filters, 0, 0, 0);",
      value: "return kernel[depth.x + side.x];",
    },
  });
  return { ...product, shape: [...sizes.input] };
}

interface Conv2DGradAttributes {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Four = [number, number, number, number];

function sizesOf(inputShape: number[], kernelShape: number[], attributes: Conv2DGradAttributes): ConvolutionSizes | undefined {
  const { strides, pad, dataFormat, dimRoundingMode } = attributes;
  if (dataFormat !== "NHWC") return undefined;
  const [input, kernel] = [inputShape as Four, kernelShape as Four];
  const info = tf.backend_util.computeConv2DInfo(input, kernel, strides, 1, pad, dimRoundingMode);
  return {
    input,
    kernel,
    output: info.outShape,
    strides: [info.strideHeight, info.strideWidth],
    before: [info.padInfo.top, info.padInfo.left],
  };
}

const conv2DBackpropFilter: Kernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }, Conv2DGradAttributes & { filterShape: number[] }> = ({
  inputs: { x, dy },
  attrs,
  backend,
}) => {
  const sizes = sizesOf(x.shape, attrs.filterShape, attrs);
  return sizes && gradientOfKernel(backend, x, dy, sizes);
};

const conv2DBackpropInput: Kernel<{ dy: tf.TensorInfo; filter: tf.TensorInfo }, Conv2DGradAttributes & { inputShape: number[] }> = ({
  inputs: { dy, filter },
  attrs,
  backend,
}) => {
  const sizes = sizesOf(attrs.inputShape, filter.shape, attrs);
  return sizes && backend.defer(sizes.input, [dy, filter], (output) => void gradientOfInput(backend, dy, filter, sizes, output));
};

export const conv2dGradientKernels: KernelTable = {
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
};
