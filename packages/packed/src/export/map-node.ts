import { type LinearMap, UserError } from "@benn/core";
import type { SafetensorsEntry } from "@benn/core/internals";
import type { GraphNode } from "../graph.ts";
import { DENSE_SUM_BLOCK } from "./sum-block.ts";

/**
 * The last node of a member that votes with a map of its logits: a dense layer, or an affine one where each class has a factor.
 * @param prefix of the names of its tensors
 * @param logits the value that it reads
 * @throws UserError for a map of other classes
 */
export function mapNode(
  { weights, bias }: LinearMap,
  {
    prefix,
    logits,
    classes,
    voter,
  }: { readonly prefix: string; readonly logits: number; readonly classes: number; readonly voter: string },
): { readonly node: GraphNode; readonly tensors: ReadonlyMap<string, SafetensorsEntry> } {
  const floats = (data: Float32Array, ...shape: number[]): SafetensorsEntry => ({ dtype: "F32", shape, data });
  const name = (what: string): string => `${prefix}vote.${what}`;
  if (bias.length !== classes || (weights.length !== classes && weights.length !== classes ** 2))
    throw new UserError(
      `export: the voter "${voter}" lowers to a map of ${weights.length} weights and ${bias.length} biases for ${classes} classes. ` +
        `Let it give ${classes} or ${classes ** 2} weights, and ${classes} biases.`,
    );
  if (weights.length === classes) {
    const zeros = new Float32Array(classes);
    return {
      node: { op: "affine", in: [logits], mean: name("mean"), factor: name("factor"), offset: name("offset") },
      tensors: new Map([
        [name("mean"), floats(zeros, classes)],
        [name("factor"), floats(weights, classes)],
        [name("offset"), floats(bias, classes)],
      ]),
    };
  }
  return {
    node: {
      op: "conv",
      in: [logits],
      kernel: name("kernel"),
      bias: name("bias"),
      block: DENSE_SUM_BLOCK,
      strides: [1, 1],
      pad: [0, 0, 0, 0],
    },
    tensors: new Map([
      [name("kernel"), floats(weights, 1, 1, classes, classes)],
      [name("bias"), floats(bias, classes)],
    ]),
  };
}
