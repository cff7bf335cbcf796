import { binaryConvStep } from "./binary-conv-step.ts";
import { convStep } from "./conv-step.ts";
import type { GraphNode, Shape } from "./graph.ts";
import { wordsOf } from "./pack-kernel.ts";
import type { CheckedMember } from "./read-model.ts";
import { flipsAt, floatsAt, type PlaneSteps, type NodeBuffers, type NodeKernel, type CompileContext } from "./compile-context.ts";

/** Compiles the checked nodes of a member into steps, and plans the memory that they need. */
export function memberSteps({ nodes, shapes }: CheckedMember, values: readonly number[], workshop: CompileContext): NodeKernel[] {
  return nodes.map((node, i) => {
    const from = node.in.map((value) => values[value] as number);
    return stepOf(
      node,
      { x: shapes[node.in[0] as number] as Shape, y: shapes[i + 1] as Shape, from, to: values[i + 1] as number },
      workshop,
    );
  });
}

function stepOf(node: GraphNode, place: NodeBuffers, workshop: CompileContext): NodeKernel {
  const { kernels, planes } = workshop;
  const { x, y, from, to } = place;
  const [a = 0, b = 0] = from;
  const pixels = x.height * x.width;
  const floats = (key: string): number => floatsAt(key, x.channels, workshop);
  switch (node.op) {
    case "conv":
      return convStep(node, place, workshop);
    case "binaryConv":
      return binaryConvStep(node, place, workshop);
    case "quantize":
    case "planeConv":
      return (planes as PlaneSteps)(node, place, workshop);
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
      if (x.kind === "codes") return (planes as PlaneSteps)(node, place, workshop);
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
