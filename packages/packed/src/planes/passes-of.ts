import type { GraphNode, Shape } from "../graph.ts";

/**
 * Number of passes that count the bits of a convolution: 1 for signs, k·k′ for codes of k and k′ bits, 0 if real numbers are multiplied.
 * @param from its input
 * @returns undefined for another node
 */
export function passesOf(
  node: GraphNode,
  from: Shape | undefined,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): number | undefined {
  if (node.op === "conv") return 0;
  if (node.op === "binaryConv") return 1;
  if (node.op !== "planeConv") return undefined;
  return node.block === undefined ? (from?.planes ?? 1) * (tensors.get(node.kernel)?.shape[0] ?? 1) : 0;
}
