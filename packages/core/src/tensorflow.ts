// The types of `x.add(y)`, which chained-operations.ts implements.
/// <reference types="@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js" preserve="true" />
/**
 * TensorFlow.js by its parts: the operations with their gradients and their chained form (`x.add(y)`), the layers, and
 * the backend `cpu`. The union package `@tensorflow/tfjs` would add readers of foreign files and a WebGL backend, and
 * takes more than three times the space.
 */
import { registerChainedOperations } from "./chained-operations.ts";

export * from "@tensorflow/tfjs-core";
// Its entry also registers the gradients, which core's own entry for Node leaves out.
export * from "@tensorflow/tfjs-layers";
export * from "@tensorflow/tfjs-backend-cpu";

registerChainedOperations();
