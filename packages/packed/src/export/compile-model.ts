import { EVALUATION, isStepAware, type LayerSummary, type SafetensorsEntry, summarizeModel } from "@benn/core";
import type { LayersModel } from "@tensorflow/tfjs";
import type { GraphNode } from "../graph.ts";
import { emitGraph } from "./emit-graph.ts";
import { traceModel } from "./trace-model.ts";

/** One line of the table of sizes: a layer of the model, and what is left of it in the file. */
export interface SizeRow extends LayerSummary {
  /** In the file; 0 for a layer that became part of another's thresholds. */
  readonly packedBytes: number;
}

export interface CompiledMember {
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly sizes: readonly SizeRow[];
  /** What could not be packed into bits, by the names of the layers. */
  readonly warnings: readonly string[];
}

/**
 * Compiles a TensorFlow.js model, whatever it is built of as long as every layer is known, into the nodes and tensors of a
 * member. Thresholds are found on the current backend: make it the one whose evaluation the packed model is to equal.
 * @param prefix of the names of its tensors
 * @throws UserError with the name of a layer that cannot be packed
 */
export async function compileModel(model: LayersModel, prefix = ""): Promise<CompiledMember> {
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare(EVALUATION);
  const { logits, warnings } = await traceModel(model);
  const { nodes, tensors } = emitGraph(logits, prefix);
  const bytesOf = (layer: string): number =>
    [...tensors].reduce((sum, [name, { data }]) => sum + (name.startsWith(`${prefix}${layer}.`) ? data.byteLength : 0), 0);
  const sizes = summarizeModel(model).layers.map((layer) => ({ ...layer, packedBytes: bytesOf(layer.name) }));
  return { nodes, tensors, sizes, warnings };
}
