import type { Binarizer } from "@benn/core";
import type * as tf from "@benn/core/tensorflow";
import { BatchNorm } from "./batch-norm.ts";
import { BinaryConv2D } from "./binary-conv2d.ts";

export interface BinaryBlockOptions {
  /** Name of the convolution; the batch norm is called `${name}_bn`. */
  readonly name: string;
  readonly binarizer: Binarizer;
  readonly filters: number;
  readonly kernelSize: number;
  readonly dropout?: number;
  readonly kernelInitializer?: ReturnType<typeof tf.initializers.randomNormal>;
}

/**
 * The layers of a binary block, which keeps height and width: batch norm → binarize → dropout (if any) → convolution → ReLU.
 * @see M. Rastegari et al., "XNOR-Net", ECCV 2016, figure 3
 */
export function binaryBlock({ name, ...options }: BinaryBlockOptions): [BatchNorm, BinaryConv2D] {
  return [new BatchNorm({ name: `${name}_bn` }), new BinaryConv2D({ name, ...options, padding: "same", activation: "relu" })];
}
