import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

type Info = tf.TensorInfo;
type Four = [number, number, number, number];

/**
 * Makes npm's tfjs-backend-wasm the backend, on one thread, which is all it has in Node, and supplies Conv2DBackpropFilter,
 * without which it cannot train a convolution: as one convolution of x, axes turned, with dy.
 */
export async function setUpTfjsWasm(threads: number): Promise<string> {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  setThreadsCount(threads);
  await tf.setBackend("wasm");
  tf.registerKernel({ kernelName: "Conv2DBackpropFilter", backendName: "wasm", kernelFunc: filterGrad as tf.KernelFunc });
  return `tfjs ${tf.version.tfjs}`;
}

interface Call {
  readonly inputs: { readonly x: Info; readonly dy: Info };
  readonly attrs: {
    readonly strides: [number, number];
    readonly pad: never;
    readonly dimRoundingMode?: "floor";
    readonly filterShape: Four;
  };
  readonly backend: { disposeData(dataId: object): void };
}

function filterGrad({ inputs: { x, dy }, attrs, backend }: Call): Info {
  const kernel = (name: string, inputs: Record<string, Info>, more: object) =>
    tf.getKernel(name, "wasm").kernelFunc({ inputs, attrs: more as never, backend }) as Info;
  const g = tf.backend_util.computeConv2DInfo(x.shape as Four, attrs.filterShape, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode);
  const { top, bottom, left, right } = g.padInfo;
  const turned = kernel("Transpose", { x }, { perm: [3, 1, 2, 0] });
  const gradient = kernel("Transpose", { x: dy }, { perm: [1, 2, 0, 3] });
  // A stride between windows is a dilation of dy here.
  const window = {
    strides: [1, 1],
    pad: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    dilations: [g.strideHeight, g.strideWidth],
  };
  const wide = kernel("Conv2D", { x: turned, filter: gradient }, { ...window, dataFormat: "NHWC", dimRoundingMode: "floor" });
  const [kh, kw] = attrs.filterShape;
  const [c, , , f] = wide.shape as Four;
  const cut = kernel("Slice", { x: wide }, { begin: [0, 0, 0, 0], size: [c, kh, kw, f] });
  const dw = kernel("Transpose", { x: cut }, { perm: [1, 2, 0, 3] });
  for (const info of [turned, gradient, wide, cut]) backend.disposeData(info.dataId);
  return dw;
}
