import type * as tf from "../tensorflow.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";

/**
 * Returns the value if it is a tensor of that shape. Does not read its numbers, since they may be on a device.
 * @param from for the message: `loss focal: rows returned`
 * @throws ContractError
 */
export function requireTensor<T extends tf.Tensor>(from: string, value: T | undefined, shape: readonly number[]): T {
  if (typeof value === "object" && "shape" in value && "dataId" in value && !value.isDisposed && String(value.shape) === String(shape))
    return value;
  throw new ContractError(`${from} ${describeTensor(value)}. It must be a tensor of shape [${shape.join(", ")}].`);
}

function describeTensor(value: tf.Tensor | undefined): string {
  if (typeof value !== "object" || value === null || !("dataId" in value)) return describeValue(value);
  return value.isDisposed ? "a tensor that is disposed" : `a tensor of shape [${value.shape.join(", ")}]`;
}
