import type { ModelHeader } from "../src/graph.ts";
import { encodeModel, floatTensor, labelsFor, type Sketch } from "./random-model.ts";

/** A file's description of the preprocessing. */
export type Rule = Omit<ModelHeader, "members" | "labels" | "voter">;

/** A model whose logits are the floats that it made from the image: a dense layer with the identity matrix. */
export function mirror(sketch: Sketch, rule: Rule): Uint8Array {
  const size = rule.shape.reduce((product, side) => product * side, 1);
  const kernel = floatTensor(sketch, [1, 1, size, size], (i) => Number(Math.floor(i / size) === i % size));
  const nodes = [
    { op: "flatten", in: [0] },
    { op: "conv", in: [1], kernel, block: 256, strides: [1, 1], pad: [0, 0, 0, 0] },
  ] as const;
  return encodeModel([{ architecture: "mirror", alpha: 1, nodes }], { labels: labelsFor(size), voter: "soft", ...rule }, sketch.tensors);
}

/** A tensor for the preprocessing. */
export const put = ({ tensors }: Sketch, name: string, shape: readonly number[], value: (i: number) => number): Float32Array => {
  const data = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => value(i));
  tensors.set(name, { dtype: "F32", shape, data });
  return data;
};
