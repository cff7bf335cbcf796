import type { GraphNode, Shape } from "./graph.ts";
import type { CheckedMember } from "./read-model.ts";

/** The cost of a node for one image. */
export interface NodeCost {
  readonly op: GraphNode["op"];
  /** [height, width, channels]. */
  readonly output: readonly [number, number, number];
  /** Whether the output is bits. */
  readonly bits: boolean;
  /** Includes taps on padding, as is customary. */
  readonly multiplyAdds: number;
}

export function nodeCosts(
  { nodes, shapes }: Pick<CheckedMember, "nodes" | "shapes">,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): NodeCost[] {
  return nodes.map((node, i) => {
    const from = shapes[node.in[0] ?? 0] as Shape;
    const { height, width, channels, kind } = shapes[i + 1] as Shape;
    const [kh = 0, kw = 0] =
      node.op === "binaryConv" || node.op === "planeConv" ? node.size : node.op === "conv" ? (tensors.get(node.kernel)?.shape ?? []) : [];
    return {
      op: node.op,
      output: [height, width, channels],
      bits: kind === "bits",
      multiplyAdds: height * width * channels * kh * kw * from.channels,
    };
  });
}
