import type { ConvNode, Shape } from "./graph.ts";
import type { Pair } from "./node-parts.ts";
import { imageBands } from "./image-bands.ts";
import { floatsOf } from "./read-safetensors.ts";
import { pixelClasses } from "./window.ts";
import { classesAt, flipsAt, floatsAt, type NodeBuffers, type NodeKernel, tensorOf, type CompileContext } from "./compile-context.ts";

/** Sums in float32, compared with thresholds if there are any; for the image, on its bytes if possible. */
export function convStep(node: ConvNode, { x, y, from: [a = 0], to }: NodeBuffers, workshop: CompileContext): NodeKernel {
  const { kernels, plan, image } = workshop;
  const tensor = tensorOf(node.kernel, workshop);
  const [kh = 1, kw = 1] = tensor.shape;
  const [length, filters, { block }] = [kh * kw * x.channels, y.channels, node];
  const kernel = plan.constant(32 * length * Math.ceil(filters / 8), () => packRealKernel(floatsOf(tensor), length, filters));
  const window = [kh, kw, filters, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
  const map = [a, x.height, x.width, x.channels] as const;
  const patchBytes = 16 * length + 64;
  plan.needScratch(patchBytes);
  const { thresholds: thresholdsKey } = node;
  if (thresholdsKey === undefined) {
    const bias = node.bias === undefined ? 0 : floatsAt(node.bias, filters, workshop);
    return () => kernels.realConv(...map, kernel, ...window, block, bias, Number(node.relu ?? false), to, plan.scratch);
  }
  const thresholds = floatsAt(thresholdsKey, filters, workshop);
  const flips = flipsAt(node.flips, y, workshop);
  // The sums, then the remaining operations on them.
  plan.needScratch(patchBytes + 4 * y.height * y.width * filters);
  const byFloats: NodeKernel = () => {
    const sums = plan.scratch + patchBytes;
    kernels.realConv(...map, kernel, ...window, block, 0, 0, sums, plan.scratch);
    kernels.thresholdBits(sums, y.height * y.width, filters, thresholds, flips, to);
  };
  const { table } = workshop;
  if (a !== plan.floats || !table) return byFloats;
  const byBytes = imageConvStep(node, { x, y, to, table, kernel, thresholds, flips, size: [kh, kw], window }, workshop);
  return () => (image.hasBytes ? byBytes() : byFloats());
}

function imageConvStep(
  node: ConvNode,
  {
    x,
    y,
    to,
    table,
    kernel,
    thresholds,
    flips,
    size,
    window,
  }: {
    readonly x: Shape;
    readonly y: Shape;
    readonly to: number;
    readonly table: Float32Array;
    readonly kernel: number;
    readonly thresholds: number;
    readonly flips: number;
    readonly size: Pair;
    readonly window: readonly [number, number, number, number, number, number, number, number, number];
  },
  workshop: CompileContext,
): NodeKernel {
  const { kernels, plan } = workshop;
  const [kh, kw] = size;
  const { channels } = x;
  const [pairs, panels] = [Math.ceil((kh * kw * channels) / 2), Math.ceil(y.channels / 16)];
  const classes = pixelClasses([x.height, x.width], size, node);
  const made = () =>
    imageBands(
      {
        kernel: floatsOf(tensorOf(node.kernel, workshop)),
        size,
        channels,
        filters: y.channels,
        table,
        thresholds: floatsOf(tensorOf(node.thresholds ?? "", workshop)),
        block: node.block,
      },
      classes,
    );
  const integers = plan.constant(64 * pairs * panels, () => made().integers);
  const bands = plan.constant(128 * panels * classes.rows.length * classes.columns.length, () => made().bands);
  const offsets = classesAt(classes, 128 * panels, y, workshop);
  const [top, left] = [node.pad[0], node.pad[2]];
  const rows = Math.max(x.height + top, (y.height - 1) * node.strides[0] + kh);
  const columns = Math.max(x.width + left, (y.width - 1) * node.strides[1] + kw);
  // Two patches separately and interleaved, then the framed image with room for whole vectors behind it.
  const patches = Math.ceil((2 * (4 * pairs + 2 * kw * channels + 16) + 8 * pairs + 64) / 64) * 64;
  plan.needScratch(patches + 2 * rows * columns * channels + 64);
  return () => {
    const framed = plan.scratch + patches;
    kernels.frameImage(plan.bytes, x.height, x.width, channels, top, left, rows, columns, framed);
    const unsure = kernels.imageConvBits(
      framed,
      columns,
      x.height,
      x.width,
      channels,
      integers,
      ...window,
      bands,
      offsets,
      plan.floats,
      kernel,
      node.block,
      thresholds,
      flips,
      to,
      plan.scratch,
    );
    workshop.onUnsure?.(unsure);
  };
}

/** [length, filters] → panels [⌈filters / 8⌉][length][8]. */
export function packRealKernel(kernel: Float32Array, length: number, filters: number): Float32Array {
  const packed = new Float32Array(Math.ceil(filters / 8) * length * 8);
  for (let k = 0; k < length; k++) {
    for (let filter = 0; filter < filters; filter++) {
      packed[((filter >> 3) * length + k) * 8 + (filter & 7)] = kernel[k * filters + filter] as number;
    }
  }
  return packed;
}
