import type { TensorInfo } from "@benn/core/tensorflow";
import { MOVE_NUMBERS } from "@benn/core";
import type { Kernel, KernelTable } from "../kernel-call.ts";
import { runElements } from "../run-elements.ts";

const gatherImages: Kernel<{ images: TensorInfo; rows: TensorInfo; moves?: TensorInfo }, { reflect: number }> = ({
  inputs: { images, rows, moves },
  attrs: { reflect },
  backend,
}) => {
  const [, height = 0, width = 0, channels = 0] = images.shape;
  return runElements(backend, {
    key: `gatherImages_${moves ? (reflect ? "reflect" : "moves") : ""}`,
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
          ? `let first = image * ${MOVE_NUMBERS};
             if (y >= moves[first + 3] && x >= moves[first + 4] && y < moves[first + 5] && x < moves[first + 6]) { return 0.0; }
             y -= moves[first + 1];
             x -= moves[first + 2];
             ${
               reflect
                 ? `y = min(abs(y), 2 * (uniforms.height - 1) - y);
                    x = min(abs(x), 2 * (uniforms.width - 1) - x);`
                 : "if (y < 0 || y >= uniforms.height || x < 0 || x >= uniforms.width) { return 0.0; }"
             }
             if (moves[first] != 0) { x = uniforms.width - 1 - x; }`
          : ""
      }
      return images[((rows[image] * uniforms.height + y) * uniforms.width + x) * uniforms.channels + channel];`,
  });
};

export const gatherKernels: KernelTable = { GatherImages: gatherImages };
