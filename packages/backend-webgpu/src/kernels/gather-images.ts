import type { TensorInfo } from "@tensorflow/tfjs";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";

const gatherImages: Kernel<{ images: TensorInfo; rows: TensorInfo; moves?: TensorInfo }, unknown> = ({
  inputs: { images, rows, moves },
  backend,
}) => {
  const [, height = 0, width = 0, channels = 0] = images.shape;
  return runElements(backend, {
    key: `gatherImages_${moves ? "moves" : ""}`,
    inputs: { images, rows, ...(moves ? { moves } : {}) },
    shape: [rows.shape[0] ?? 0, height, width, channels],
    uniforms: { height: ["i32", height], width: ["i32", width], channels: ["i32", channels] },
    value: `
      let channel = index % uniforms.channels;
      let pixel = index / uniforms.channels;
      let image = pixel / uniforms.width / uniforms.height;
      var x = pixel % uniforms.width;
      var y = pixel / uniforms.width % uniforms.height;
      ${
        moves
          ? `y -= moves[image * 3 + 1];
             x -= moves[image * 3 + 2];
             if (y < 0 || y >= uniforms.height || x < 0 || x >= uniforms.width) { return 0.0; }
             if (moves[image * 3] != 0) { x = uniforms.width - 1 - x; }`
          : ""
      }
      return images[((rows[image] * uniforms.height + y) * uniforms.width + x) * uniforms.channels + channel];`,
  });
};

export const gatherKernels: KernelTable = { GatherImages: gatherImages };
