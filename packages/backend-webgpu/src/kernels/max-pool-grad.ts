import * as tf from "@benn/core/tensorflow";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";

interface MaxPoolGradAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/**
 * A window's gradient goes to its first maximum in row order, as on the CPU and in PyTorch. TensorFlow.js's kernel uses the last one;
 * outputs of a binary convolution are multiples of one number, so ties are common.
 */
const maxPoolGrad: Kernel<{ dy: tf.TensorInfo; input: tf.TensorInfo; output: tf.TensorInfo }, MaxPoolGradAttributes> = ({
  inputs: { dy, input, output },
  attrs: { filterSize, strides, pad, dimRoundingMode },
  backend,
}) => {
  const info = tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return runElements(backend, {
    key: "maxPoolGrad",
    inputs: { dy, input, output },
    shape: input.shape,
    uniforms: {
      height: ["i32", info.inHeight],
      width: ["i32", info.inWidth],
      channels: ["i32", info.inChannels],
      outHeight: ["i32", info.outHeight],
      outWidth: ["i32", info.outWidth],
      windowHeight: ["i32", info.filterHeight],
      windowWidth: ["i32", info.filterWidth],
      strideY: ["i32", info.strideHeight],
      strideX: ["i32", info.strideWidth],
      top: ["i32", info.padInfo.top],
      left: ["i32", info.padInfo.left],
    },
    value: `
      let channel = index % uniforms.channels;
      let x = index / uniforms.channels % uniforms.width;
      let row = index / uniforms.channels / uniforms.width;
      let y = row % uniforms.height;
      let image = row / uniforms.height;
      let own = input[index];
      var sum = 0.0;
      // Windows that hold this pixel: those that begin at most a window before it.
      let lastY = min(uniforms.outHeight - 1, (y + uniforms.top) / uniforms.strideY);
      let lastX = min(uniforms.outWidth - 1, (x + uniforms.left) / uniforms.strideX);
      for (var outY = lastY; outY >= 0 && outY * uniforms.strideY - uniforms.top + uniforms.windowHeight > y; outY--) {
        for (var outX = lastX; outX >= 0 && outX * uniforms.strideX - uniforms.left + uniforms.windowWidth > x; outX--) {
          let at = ((image * uniforms.outHeight + outY) * uniforms.outWidth + outX) * uniforms.channels + channel;
          if (own != output[at]) { continue; }
          let beginX = outX * uniforms.strideX - uniforms.left;
          var isFirst = true;
          for (var otherY = max(0, outY * uniforms.strideY - uniforms.top); otherY <= y && isFirst; otherY++) {
            let endX = select(min(uniforms.width, beginX + uniforms.windowWidth), x, otherY == y);
            for (var otherX = max(0, beginX); otherX < endX; otherX++) {
              if (input[((image * uniforms.height + otherY) * uniforms.width + otherX) * uniforms.channels + channel] == own) { isFirst = false; }
            }
          }
          if (isFirst) { sum += dy[at]; }
        }
      }
      return sum;`,
  });
};

export const maxPoolKernels: KernelTable = { MaxPoolGrad: maxPoolGrad };
