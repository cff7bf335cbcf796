import { type Binarizer, UserError } from "@benn/core";
import { EVALUATION, isStepAware, type LayerSummary, type SafetensorsEntry, summarizeModel } from "@benn/core/internals";
import type { LayersModel } from "@benn/core/tensorflow";
import { checkNodes } from "../check-nodes.ts";
import type { GraphNode } from "../graph.ts";
import { passesOf } from "../planes/passes-of.ts";
import { chainsOf, emitGraph } from "./emit-graph.ts";
import { type Chain, findThresholds, type Thresholds } from "./find-thresholds.ts";
import type { Discrete } from "./operation.ts";
import { traceModel } from "./trace-model.ts";

/** One line of the table of sizes: a layer of the model, and what remains of it in the file. */
export interface SizeRow extends LayerSummary {
  /** In the file; 0 for a layer that was folded into another's thresholds. */
  readonly packedBytes: number;
  /** Bits of its inputs and of its weights, if it has a binarizer. */
  readonly bits?: Binarizer["bits"];
  /**
   * Number of passes that count its bits, one per pair of planes: 1 for signs, k·k′ for codes of k and k′ bits, 0 if it runs as a real
   * layer. Absent if it has no products.
   */
  readonly passes?: number;
}

export interface CompiledMember {
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly sizes: readonly SizeRow[];
  /** Names of the layers that could not be packed into bits, with the reason. */
  readonly warnings: readonly string[];
}

/**
 * Compiles a TensorFlow.js model in which every layer is known or lowers into the nodes and tensors of a member. Thresholds are found on
 * the active backend: activate the one whose evaluation the packed model must match. The layers are first prepared for evaluation, which
 * projects latent kernels.
 * @param prefix of the names of its tensors
 * @param find another search for thresholds
 * @throws UserError with a sentence for each layer that cannot be packed
 */
export async function compileModel(
  model: LayersModel,
  prefix = "",
  find: (chain: Chain) => Promise<Thresholds> = findThresholds,
): Promise<CompiledMember> {
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(EVALUATION);
  const { logits, warnings, refusals } = await traceModel(model);
  if (refusals.length > 0) throw new UserError(refusals.join(" "));
  const thresholds = new Map<Discrete, Thresholds>();
  for (const chain of chainsOf(logits)) thresholds.set(chain.sign, await find(chain));
  const { nodes, layers, tensors } = emitGraph(logits, prefix, thresholds);
  const [, height = 0, width = 1, channels = 1] = (model.inputs[0]?.shape ?? []).map(Number);
  const { shapes } = checkNodes(nodes, { kind: "floats", height, width, channels }, logits.shape[2], {
    tensors,
    nameOf: (node) => `layer ${layers[node]}`,
    fail: (what) => {
      throw new UserError(`export: model ${model.name}: ${what}. A packed model cannot hold that: docs/packed.md has the limits.`);
    },
  });
  const bytesOf = (layer: string): number =>
    [...tensors].reduce((sum, [name, { data }]) => sum + (name.startsWith(`${prefix}${layer}.`) ? data.byteLength : 0), 0);
  const passes = nodes.map((node) => passesOf(node, shapes[node.in[0] ?? 0], tensors));
  const sizes = summarizeModel(model).layers.map((layer, i): SizeRow => {
    const { bits } = model.layers[i] as { readonly bits?: Binarizer["bits"] };
    const own = passes.find((count, node) => count !== undefined && layers[node] === layer.name);
    return { ...layer, packedBytes: bytesOf(layer.name), ...(bits ? { bits } : {}), ...(own === undefined ? {} : { passes: own }) };
  });
  return { nodes, tensors, sizes, warnings };
}
