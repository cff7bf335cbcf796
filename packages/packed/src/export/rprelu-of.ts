import * as tf from "@benn/core/tensorflow";
import { connect } from "./connect.ts";
import type { Operation, UnconnectedOperation } from "./operation.ts";
import { weightOf } from "./read-layer.ts";

/**
 * The layer `RPReLU` as operations of packed models, in the layer's own order, so that every float is rounded alike:
 *
 *     y = ((x − shift) · slope + offset) + max(0, x − shift) · (1 − slope)
 *
 * @param refuse throws, for another layer of that name
 */
export async function rpreluOf(layer: tf.layers.Layer, place: UnconnectedOperation, refuse: (what: string) => never): Promise<Operation> {
  const weight = async (name: string): Promise<Float32Array> => (await weightOf(layer, name))?.values ?? refuse(`has no weight "${name}"`);
  const [shift, slope, offset] = await Promise.all([weight("shift"), weight("slope"), weight("offset")]);
  const filled = (value: number): Float32Array => new Float32Array(shift.length).fill(value);
  const affine = (
    part: string,
    inputs: UnconnectedOperation["inputs"],
    mean: Float32Array,
    factor: Float32Array,
    offset: Float32Array,
  ): Operation =>
    connect({
      ...place,
      layer: `${place.layer}.${part}`,
      inputs,
      kind: "affine",
      affine: { mean, factor, offset },
      apply: (x) => tf.tidy(() => tf.add(tf.mul(tf.sub(x, tf.tensor1d(mean)), tf.tensor1d(factor)), tf.tensor1d(offset))),
    });
  const line = affine("line", place.inputs, shift, slope, offset);
  const shifted = affine("shifted", place.inputs, shift, filled(1), filled(0));
  const above = connect({ ...place, layer: `${place.layer}.above`, inputs: [shifted], kind: "relu", apply: (x) => tf.relu(x) });
  const rest = slope.map((value) => 1 - value);
  const bend = affine("bend", [above], filled(0), rest, filled(0));
  return connect({ ...place, kind: "add", inputs: [line, bend] });
}
