import { binaryConvStep } from "../binary-conv-step.ts";
import { packRealKernel } from "../conv-step.ts";
import type { BinaryConvNode, Shape } from "../graph.ts";
import type { BaseOf } from "../pack-kernel.ts";
import { floatsAt, type NodeBuffers, type NodeKernel, type Sums, tensorOf } from "../compile-context.ts";
import { levelsOf, planeBytesOf, type PlaneContext } from "./levels-of.ts";
import type { PlaneConvNode } from "./plane-nodes.ts";

/**
 * With bits 0 and 1 and signs s, Σx·s is the number of ones of the kernel minus the number of differing bits; padding is 0 in x and adds
 * nothing. Times two, like counts.
 */
const baseOfBits: BaseOf = ({ within, outside }, filter) => 2 * ((within[filter] as number) + (outside[filter] as number));

/** Modes of sums: stored, or added to the previous value. */
const [STORED, ADDED] = [0, 2];

/**
 * A map of sums in float32, whole numbers, which are then compared with thresholds or scaled. With weights of k bits q and activations of
 * k′ bits, the sum over planes xᵢ of bits and sⱼ = ±1 of weights is
 *
 *     Σ x·(2q − (2ᵏ − 1)) = Σᵢⱼ 2ⁱ⁺ʲ Σ xᵢ·sⱼ,   Σ x·(q − 2ᵏ⁻¹) = (that − Σ x) / 2
 *
 * so that k·k′ binary convolutions add up to it. They are exact below 2²³, which the exporter guarantees.
 */
export function planeConvStep(node: PlaneConvNode, place: NodeBuffers, workshop: PlaneContext): NodeKernel {
  const { plan, kernels } = workshop;
  const {
    y,
    from: [a = 0],
    to,
  } = place;
  const pixels = y.height * y.width;
  const filters = y.channels;
  const sum = node.block === undefined ? byPlanes(node, place, workshop) : byFloats(node, node.block, place, workshop);
  if (node.thresholds === undefined) {
    const [zeros, scale] = [plan.zeros(4 * filters), floatsAt(node.scale ?? "", filters, workshop)];
    const bias = node.bias === undefined ? zeros : floatsAt(node.bias, filters, workshop);
    const { relu = false } = node;
    return () => {
      sum(a, to);
      kernels.affine(to, pixels, filters, zeros, scale, bias, to);
      if (relu) kernels.relu(to, pixels * filters, to);
    };
  }
  const give = levelsOf(node, y, workshop);
  const sums = behindScratch(4 * pixels * filters, workshop);
  return () => {
    sum(a, plan.scratch + sums);
    give(plan.scratch + sums, to);
  };
}

type Sum = (from: number, to: number) => void;

/** Room behind what the kernels themselves need, from the beginning of scratch. */
function behindScratch(bytes: number, { plan }: PlaneContext): number {
  const at = Math.ceil(plan.needScratch(0) / 64) * 64;
  plan.needScratch(at + bytes + 64);
  return at;
}

function byPlanes(node: PlaneConvNode, { x, y }: NodeBuffers, workshop: PlaneContext): Sum {
  const { plan, own } = workshop;
  const { planes: inputs = 1 } = x;
  const { bytes, shape } = tensorOf(node.kernel, workshop);
  const [weights = 1] = shape;
  const planeBytes = planeBytesOf(x);
  const size = bytes.length / weights;
  const kernels = Array.from({ length: weights }, (_, j) => signsBy(bytes.subarray(j * size, (j + 1) * size), node, { x, y }, workshop));
  /** Counts are twice the sums, and weights without `odd` are half of odd ones. */
  const factor = node.odd ? 0.5 : 0.25;
  const scales = Array.from({ length: inputs + weights - 1 }, (_, power) => filled(factor * 2 ** power, y.channels, workshop));
  const passes = (from: number, to: number, first: number): void => {
    for (let i = 0; i < inputs; i++)
      for (const [j, run] of kernels.entries()) run(from + i * planeBytes, to, scales[i + j] ?? 0, i + j === 0 ? first : ADDED);
  };
  if (node.odd) return (from, to) => passes(from, to, STORED);
  // −Σx / 2 of each patch, by a kernel of ones.
  const ones = new Uint8Array(Math.ceil((node.size[0] * node.size[1] * x.channels) / 8)).fill(255);
  const patches = signsBy(ones, node, { x, y: { ...y, channels: 1 } }, workshop);
  const halves = Array.from({ length: inputs }, (_, power) => filled(-0.25 * 2 ** power, 1, workshop));
  const pixels = y.height * y.width;
  const map = behindScratch(4 * pixels, workshop);
  return (from, to) => {
    for (const [i, half] of halves.entries()) patches(from + i * planeBytes, plan.scratch + map, half, i === 0 ? STORED : ADDED);
    own.spread(plan.scratch + map, pixels, y.channels, to);
    passes(from, to, ADDED);
  };
}

/** Sums of a bit plane by a kernel of signs, [filters, ⌈height·width·channels / 8⌉]; all numbers except the mode are addresses. */
function signsBy(
  bytes: Uint8Array,
  { size, strides, pad }: PlaneConvNode,
  { x, y }: { readonly x: Shape; readonly y: Shape },
  workshop: PlaneContext,
): (from: number, to: number, scale: number, mode: number) => void {
  const node: BinaryConvNode = { op: "binaryConv", in: [], kernel: "plane", size, strides, pad };
  const tensors = new Map([["plane", { dtype: "U8", shape: [], bytes } as const]]);
  const sums: Sums = { from: 0, to: 0, scale: 0, bias: 0, mode: STORED, baseOf: baseOfBits };
  const step = binaryConvStep(node, { x, y, from: [], to: 0 }, { ...workshop, tensors }, sums);
  return (from, to, scale, mode) => {
    Object.assign(sums, { from, to, scale, mode });
    step();
  };
}

/** One number for each filter. */
function filled(value: number, filters: number, { plan }: PlaneContext): number {
  const size = Math.ceil(filters / 32) * 32;
  return plan.shared(`${size} times ${value}`, 4 * size, () => new Float32Array(size).fill(value));
}

/** The codes as floats, by a convolution in float32 in the order of `conv`. */
function byFloats(node: PlaneConvNode, block: number, { x, y }: NodeBuffers, workshop: PlaneContext): Sum {
  const { plan, kernels, own } = workshop;
  const [kh, kw] = node.size;
  const [length, filters] = [kh * kw * x.channels, y.channels];
  const kernel = plan.constant(32 * length * Math.ceil(filters / 8), () =>
    packRealKernel(weightsOf(node, length, workshop), length, filters),
  );
  plan.needScratch(16 * length + 64);
  const codes = behindScratch(4 * x.height * x.width * x.channels, workshop);
  const moves = [kh, kw, filters, y.height, y.width, ...node.strides, node.pad[0], node.pad[2]] as const;
  const planeBytes = planeBytesOf(x);
  return (from, to) => {
    own.unpack(from, x.height * x.width, x.channels, x.planes ?? 1, planeBytes, plan.scratch + codes);
    kernels.realConv(plan.scratch + codes, x.height, x.width, x.channels, kernel, ...moves, block, 0, 0, to, plan.scratch);
  };
}

/** [length, filters]. */
function weightsOf({ kernel, odd = false }: PlaneConvNode, length: number, workshop: PlaneContext): Float32Array {
  const { bytes, shape } = tensorOf(kernel, workshop);
  const [planes = 1, filters = 0, rowBytes = 0] = shape;
  const [step, least] = odd ? [2, 1 - 2 ** planes] : [1, -(2 ** (planes - 1))];
  const weights = new Float32Array(length * filters);
  for (let filter = 0; filter < filters; filter++) {
    for (let k = 0; k < length; k++) {
      let q = 0;
      for (let plane = 0; plane < planes; plane++)
        q |= (((bytes[(plane * filters + filter) * rowBytes + (k >> 3)] as number) >> (k & 7)) & 1) << plane;
      weights[k * filters + filter] = step * q + least;
    }
  }
  return weights;
}
