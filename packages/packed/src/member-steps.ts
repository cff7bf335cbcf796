import type { BinaryConvNode, ConvNode, GraphNode, Pair, Shape } from "./graph.ts";
import { imageBands } from "./image-bands.ts";
import type { Kernels } from "./kernels.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import { baseTables, countClasses, limitTables, packKernel, paddedFilters, wordsOf } from "./pack-kernel.ts";
import type { CheckedMember } from "./read-model.ts";
import { floatsOf, integersOf, type Tensor } from "./read-safetensors.ts";
import { pixelClasses, type PixelClasses } from "./window.ts";

/** What a member is made into steps with. */
export interface Workshop {
  readonly kernels: Kernels;
  readonly plan: MemoryPlan;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** See `CheckedModel`. */
  readonly table: Float32Array | undefined;
  readonly vectors: boolean;
  /** Set before an image is run: whether its bytes are at hand beside its floats. */
  readonly image: { hasBytes: boolean };
  /** Called for each first-layer sum that had to be computed in float32. */
  onUnsure?(count: number): void;
}

/** One node's work, all addresses known. */
export type Step = () => void;

/** A node, its input and output, and where they lie. */
interface Place {
  readonly x: Shape;
  readonly y: Shape;
  readonly from: readonly number[];
  readonly to: number;
}

/** Turns the checked nodes of a member into steps, and plans the memory of what they need. */
export function memberSteps({ nodes, shapes }: CheckedMember, values: readonly number[], workshop: Workshop): Step[] {
  return nodes.map((node, i) => {
    const from = node.in.map((value) => values[value] as number);
    return stepOf(
      node,
      { x: shapes[node.in[0] as number] as Shape, y: shapes[i + 1] as Shape, from, to: values[i + 1] as number },
      workshop,
    );
  });
}

function stepOf(node: GraphNode, place: Place, workshop: Workshop): Step {
  const { kernels } = workshop;
  const { x, y, from, to } = place;
  const [a = 0, b = 0] = from;
  const pixels = x.height * x.width;
  const floats = (key: string): number => floatsAt(key, x.channels, workshop);
  switch (node.op) {
    case "conv":
      return convStep(node, place, workshop);
    case "binaryConv":
      return binaryConvStep(node, place, workshop);
    case "sign": {
      const [thresholds, flips] = [floats(node.thresholds), flipsAt(node.flips, y, workshop)];
      return () => kernels.thresholdBits(a, pixels, x.channels, thresholds, flips, to);
    }
    case "affine": {
      const [mean, factor, offset] = [floats(node.mean), floats(node.factor), floats(node.offset)];
      return () => kernels.affine(a, pixels, x.channels, mean, factor, offset, to);
    }
    case "maxPool":
    case "averagePool": {
      const window = [...node.size, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
      if (node.op === "averagePool")
        return () => kernels.averagePool(a, x.height, x.width, x.channels, ...window, Number(node.inside ?? false), to);
      if (x.kind === "floats") return () => kernels.maxPool(a, x.height, x.width, x.channels, ...window, to);
      const flips = flipsAt(node.flips, y, workshop);
      return () => kernels.orPool(a, x.height, x.width, wordsOf(x.channels), ...window, flips, to);
    }
    case "padChannels":
      return () => kernels.padChannels(a, pixels, x.channels, node.before, y.channels, to);
    case "relu":
      return () => kernels.relu(a, pixels * x.channels, to);
    case "add":
      return () => kernels.add(a, b, pixels * x.channels, to);
    case "mean":
      return () => kernels.mean(a, pixels, x.channels, to);
    case "flatten":
      return () => new Uint8Array(kernels.memory.buffer).copyWithin(to, a, a + 4 * y.channels);
    default:
      return node satisfies never;
  }
}

const tensorOf = (key: string, { tensors }: Workshop): Tensor => tensors.get(key) as Tensor;

/** A tensor of floats, filled up with zeros to a multiple of 8. */
function floatsAt(key: string, count: number, workshop: Workshop): number {
  const size = Math.ceil(count / 8) * 8;
  return workshop.plan.constant(4 * size, () => {
    const filled = new Float32Array(size);
    filled.set(floatsOf(tensorOf(key, workshop)));
    return filled;
  });
}

/** The bits of channels to be turned, in whole words. */
function flipsAt(key: string | undefined, { channels }: Shape, workshop: Workshop): number {
  const size = wordsOf(channels) * 8;
  if (key === undefined) return workshop.plan.zeros(size);
  return workshop.plan.constant(size, () => {
    const filled = new Uint8Array(size);
    filled.set(tensorOf(key, workshop).bytes);
    // Beyond the last channel nothing may be set: those bits count as −1 in whatever reads them.
    if (channels & 7) filled[channels >> 3]! &= (1 << (channels & 7)) - 1;
    return filled;
  });
}

function classesAt(classes: PixelClasses, tableBytes: number, { height, width }: Shape, { plan }: Workshop): number {
  return plan.constant(4 * (height + width), () => classes.offsets(tableBytes));
}

function binaryConvStep(node: BinaryConvNode, { x, y, from: [a = 0], to }: Place, workshop: Workshop): Step {
  const { kernels, plan, vectors } = workshop;
  const [kh, kw] = node.size;
  const [length, filters] = [kh * kw * x.channels, y.channels];
  const bits = tensorOf(node.kernel, workshop).bytes;
  const padded = paddedFilters(filters);
  const classes = pixelClasses([x.height, x.width], node.size, node);
  const kernel = plan.constant(padded * wordsOf(length) * 8, () => packKernel(bits, filters, length, vectors));
  const counted = () => countClasses(bits, { filters, size: node.size, channels: x.channels }, classes);
  const tableBytes = 4 * padded;
  const tablesBytes = tableBytes * classes.rows.length * classes.columns.length;
  const offsets = classesAt(classes, tableBytes, y, workshop);
  plan.needScratch(2 * wordsOf(length) * 8);
  const window = [kh, kw, filters, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
  const { thresholds } = node;
  if (thresholds !== undefined) {
    const tables = plan.constant(tablesBytes, () => limitTables(counted(), integersOf(tensorOf(thresholds, workshop))));
    const flips = flipsAt(node.flips, y, workshop);
    return () =>
      kernels.binaryConvBits(
        a,
        x.height,
        x.width,
        x.channels,
        kernel,
        ...window,
        tables,
        offsets,
        flips,
        to,
        plan.scratch,
        Number(vectors),
      );
  }
  const tables = plan.constant(tablesBytes, () => baseTables(counted(), filters));
  const scale = floatsAt(node.scale ?? "", filters, workshop);
  const bias = node.bias === undefined ? 0 : floatsAt(node.bias, filters, workshop);
  const relu = Number(node.relu ?? false);
  return () =>
    kernels.binaryConvFloats(
      a,
      x.height,
      x.width,
      x.channels,
      kernel,
      ...window,
      tables,
      offsets,
      scale,
      bias,
      relu,
      to,
      plan.scratch,
      Number(vectors),
    );
}

function convStep(node: ConvNode, { x, y, from: [a = 0], to }: Place, workshop: Workshop): Step {
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
  // The sums, then what is left of them.
  plan.needScratch(patchBytes + 4 * y.height * y.width * filters);
  const byFloats: Step = () => {
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
  workshop: Workshop,
): Step {
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
  // Two patches apart and together, then the framed image with room for whole vectors behind it.
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
function packRealKernel(kernel: Float32Array, length: number, filters: number): Float32Array {
  const packed = new Float32Array(Math.ceil(filters / 8) * length * 8);
  for (let k = 0; k < length; k++) {
    for (let filter = 0; filter < filters; filter++) {
      packed[((filter >> 3) * length + k) * 8 + (filter & 7)] = kernel[k * filters + filter] as number;
    }
  }
  return packed;
}
