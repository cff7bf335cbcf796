import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@benn/core/tensorflow";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";

type TensorInfo = tf.TensorInfo;
type Four = [number, number, number, number];

/** How npm's tfjs-backend-wasm is extended: `plain` adds the missing kernel, `tuned` its strongest form. */
export type TfjsForm = "plain" | "tuned";

/**
 * Activates npm's tfjs-backend-wasm and supplies Conv2DBackpropFilter, without which it cannot train a convolution.
 *
 * `tuned` also replaces the kernels that take most of its training step by its own faster ones: Conv2DBackpropInput, naive loops, by
 * XNNPACK's convolution with the kernel rotated; sums over all axes but the last, for which it transposes, by XNNPACK's product with a row
 * of ones; elementwise comparisons by Step. It uses one thread: version 4.22 creates a pool of one thread even if its threaded build is
 * loaded.
 * @returns its name and version
 */
export async function setUpTfjsWasm(form: TfjsForm): Promise<string> {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  register("Conv2DBackpropFilter", () => filterGrad);
  if (form === "tuned") {
    register("Conv2DBackpropInput", (own) => (call) => inputGrad(call) ?? own(call));
    register("Sum", (own) => (call) => overRows(call, "Sum") ?? own(call));
    register("Mean", (own) => (call) => overRows(call, "Mean") ?? own(call));
    register("BinarySign", () => binarySign);
    register("BinarySignGrad", () => binarySignGrad);
  }
  return `tfjs-backend-wasm ${version_wasm}`;
}

interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: { disposeData(dataId: object): void };
}
type Kernel = (call: Call) => TensorInfo;

/** @param make creates the kernel, from the backend's own if it has one */
function register(kernelName: string, make: (own: Kernel) => Kernel): void {
  const own = tf.getKernel(kernelName, "wasm") as tf.KernelConfig | null;
  if (own) tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({
    kernelName,
    backendName: "wasm",
    kernelFunc: make(own?.kernelFunc as unknown as Kernel) as unknown as tf.KernelFunc,
  });
}

/** Composes a kernel from the backend's own; all results but the last are disposed. */
function compose(
  { backend }: Call,
  steps: (run: (name: string, inputs: Record<string, TensorInfo>, attrs?: object) => TensorInfo) => TensorInfo,
): TensorInfo {
  const made: TensorInfo[] = [];
  const result = steps((name, inputs, attrs = {}) => {
    const info = tf.getKernel(name, "wasm").kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend }) as TensorInfo;
    made.push(info);
    return info;
  });
  for (const { dataId } of made) if (dataId !== result.dataId) backend.disposeData(dataId);
  return result;
}

const shaped = (info: TensorInfo, ...shape: number[]): TensorInfo => ({ ...info, shape });

interface WindowAttrs {
  readonly strides: [number, number];
  readonly pad: never;
  readonly dimRoundingMode?: "floor";
}
const windowOf = (x: readonly number[], filter: readonly number[], { strides, pad, dimRoundingMode }: WindowAttrs) =>
  tf.backend_util.computeConv2DInfo(x as Four, filter as Four, strides, 1, pad, dimRoundingMode);
const convolution = (padHeight: readonly number[], padWidth: readonly number[], dilations = [1, 1]) => ({
  strides: [1, 1],
  pad: [[0, 0], padHeight, padWidth, [0, 0]],
  dilations,
  dataFormat: "NHWC",
  dimRoundingMode: "floor",
});

/** One convolution of x, with permuted axes, with dy; a stride of the windows becomes a dilation of dy. */
function filterGrad(call: Call): TensorInfo {
  const { x, dy } = call.inputs as { x: TensorInfo; dy: TensorInfo };
  const [kh, kw, c, f] = call.attrs["filterShape"] as Four;
  const { padInfo, strideHeight, strideWidth } = windowOf(x.shape, [kh, kw, c, f], call.attrs as unknown as WindowAttrs);
  const { top, bottom, left, right } = padInfo;
  return compose(call, (run) => {
    const turned = run("Transpose", { x }, { perm: [3, 1, 2, 0] });
    const filter = run("Transpose", { x: dy }, { perm: [1, 2, 0, 3] });
    const wide = run("Conv2D", { x: turned, filter }, convolution([top, bottom], [left, right], [strideHeight, strideWidth]));
    const cut = run("Slice", { x: wide }, { begin: [0, 0, 0, 0], size: [c, kh, kw, f] });
    return run("Transpose", { x: cut }, { perm: [1, 2, 0, 3] });
  });
}

/** One convolution of dy, dilated by the stride of the windows, with the rotated kernel. */
function inputGrad(call: Call): TensorInfo | undefined {
  const { dy, filter } = call.inputs as { dy: TensorInfo; filter: TensorInfo };
  const [, height, width] = call.attrs["inputShape"] as Four;
  const g = windowOf(call.attrs["inputShape"] as Four, filter.shape, call.attrs as unknown as WindowAttrs);
  const [b, h, w, f] = dy.shape as Four;
  const [sh, sw] = [g.strideHeight, g.strideWidth];
  const [top, left] = [g.filterHeight - 1 - g.padInfo.top, g.filterWidth - 1 - g.padInfo.left];
  const [bottom, right] = [height - h * sh - top + g.filterHeight - 1, width - w * sw - left + g.filterWidth - 1];
  if (Math.min(top, left, bottom, right) < 0) return undefined;
  return compose(call, (run) => {
    const spread = (x: TensorInfo, outer: number, inner: number, stride: number): TensorInfo =>
      stride === 1
        ? x
        : run("PadV2", { x: shaped(x, outer, 1, inner) }, { paddings: [[0, 0], [0, stride - 1], [0, 0]], constantValue: 0 }); // prettier-ignore
    const tall = spread(dy, b * h, w * f, sh);
    const wide = spread(tall, b * h * sh * w, f, sw);
    const reversed = run("Reverse", { x: filter }, { dims: [0, 1] });
    const turned = run("Transpose", { x: reversed }, { perm: [0, 1, 3, 2] });
    return run("Conv2D", { x: shaped(wide, b, h * sh, w * sw, f), filter: turned }, convolution([top, bottom], [left, right]));
  });
}

/** The means over all axes but the last, as a pool over all rows, or the sums; undefined for other axes. */
function overRows(call: Call, of: "Sum" | "Mean"): TensorInfo | undefined {
  const x = call.inputs["x"]!;
  const { axis, keepDims } = call.attrs as { axis: number | number[]; keepDims: boolean };
  const channels = x.shape.at(-1) ?? 0;
  const rows = tf.util.sizeFromShape(x.shape) / channels;
  const axes = tf.util.parseAxisParam(axis, x.shape);
  if (x.dtype !== "float32" || !(rows >= 2) || axes.length !== x.shape.length - 1 || axes.includes(x.shape.length - 1)) return undefined;
  const result = compose(call, (run) => {
    const means = run("AvgPool", { x: shaped(x, 1, rows, 1, channels) }, { filterSize: [rows, 1], strides: [1, 1], pad: "valid" });
    if (of === "Mean") return means;
    return run("Multiply", { a: means, b: run("Fill", {}, { shape: [], value: rows, dtype: "float32" }) });
  });
  return shaped(result, ...(keepDims ? x.shape.map((size, i) => (axes.includes(i) ? 1 : size)) : [channels]));
}

/** −1 where x < 0, else +1. */
function binarySign(call: Call): TensorInfo {
  return compose(call, (run) => run("Neg", { x: run("Step", { x: run("Neg", { x: call.inputs["x"]! }) }, { alpha: -1 }) }));
}

/** dy where |x| < 1, else 0. */
function binarySignGrad(call: Call): TensorInfo {
  return compose(call, (run) => {
    const room = run("Sub", { a: run("Fill", {}, { shape: [], value: 1, dtype: "float32" }), b: run("Abs", { x: call.inputs["x"]! }) });
    return run("Multiply", { a: call.inputs["dy"]!, b: run("Step", { x: room }, { alpha: 0 }) });
  });
}
