import { type Binarizer, type BinarizerParameters, UserError } from "@benn/core";
import { EVALUATION } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import type { Pair, Sliding } from "../node-parts.ts";
import { connect } from "./connect.ts";
import type { Operation, UnconnectedOperation } from "./operation.ts";
import { packCodes } from "./pack-codes.ts";

/**
 * Number of passes over the bits (one for each pair of planes) up to which they are faster than real numbers: measured in docs/packed.md.
 */
const MOST_PASSES = 12;
/** Bound of sums of halves, below which float32 is exact. */
const EXACT = 2 ** 23;

export interface CodedLayer {
  readonly binarizer: Binarizer;
  readonly parameters: BinarizerParameters;
  /** Codes, [height, width, channels, filters] or [inputs, units]. */
  readonly kernel: Float32Array;
  /** [1] or [filters]. */
  readonly scale: Float32Array;
  readonly size: Pair;
  readonly sliding: Sliding;
  readonly bias?: Float32Array;
  readonly relu: boolean;
  /** Number of values that a real convolution sums separately. */
  readonly block: number;
}

/** A layer whose binarizer returns codes: an operation that quantizes its input, and a convolution of codes. */
export async function codedLayer(place: UnconnectedOperation, layer: CodedLayer, warnings: string[]): Promise<Operation> {
  const { binarizer, parameters, kernel, scale, size, sliding, block, relu, bias } = layer;
  const { activations, kernel: weights } = binarizer.bits;
  const [input] = place.inputs as readonly [UnconnectedOperation["inputs"][number]];
  const channels = input.shape[2];
  const filters = place.shape[2];
  const refuse = (what: string): never => {
    throw new UserError(`export: layer ${place.layer} has a binarizer ${what}. Fix it: docs/plugins.md says what codes are.`);
  };
  const planes = packCodes(kernel, filters, weights) ?? refuse(`whose kernel is not of ${weights}-bit codes`);
  if (!(await isMonotone(binarizer, parameters, channels))) refuse("whose codes rise and fall along the values");
  const codes = connect({
    layer: place.layer,
    inputs: [input],
    shape: input.shape,
    kind: "quantize",
    planes: activations,
    apply: (x) => binarizer.activations(x, EVALUATION, parameters),
  });
  const passes = activations * weights;
  const largest = size[0] * size[1] * channels * (2 ** activations - 1) * (2 ** weights - 1);
  const why =
    passes > MOST_PASSES
      ? `${activations}×${weights} bits take ${passes} passes over the bits, and real numbers are faster from ${MOST_PASSES + 1} on`
      : largest >= EXACT
        ? `its sums may pass 2²³, beyond which passes over the bits are not exact`
        : undefined;
  if (why !== undefined) warnings.push(`${place.layer} runs as a real layer: ${why}`);
  return connect({
    ...place,
    inputs: [codes],
    kind: "planeConv",
    size,
    ...sliding,
    planes,
    scale: Float32Array.from({ length: filters }, (_, filter) => scale[scale.length === 1 ? 0 : filter] ?? 1),
    relu,
    ...(bias ? { bias } : {}),
    ...(why === undefined ? {} : { block }),
  });
}

/** Whether the codes of every channel are monotonic on values around 0, which the search for thresholds assumes. */
async function isMonotone(binarizer: Binarizer, parameters: BinarizerParameters, channels: number): Promise<boolean> {
  const codes = tf.tidy(() => {
    const values = tf.reshape(tf.linspace(-8, 8, 401), [-1, 1, 1, 1]);
    return binarizer.activations(tf.tile(values, [1, 1, 1, channels]), EVALUATION, parameters);
  });
  const values = await codes.data();
  codes.dispose();
  const [rises, falls] = [new Uint8Array(channels), new Uint8Array(channels)];
  for (let i = channels; i < values.length; i++) {
    const change = (values[i] ?? 0) - (values[i - channels] ?? 0);
    if (change !== 0) (change > 0 ? rises : falls)[i % channels] = 1;
  }
  return rises.every((own, channel) => !(own && falls[channel]));
}
