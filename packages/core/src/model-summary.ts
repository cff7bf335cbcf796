import type * as tf from "./tensorflow.ts";
import type { Binarizer } from "./binarizer.ts";

/** A layer that has a binarizer. */
interface HasBits {
  readonly bits?: Binarizer["bits"];
}

export interface LayerSummary {
  readonly name: string;
  readonly type: string;
  /** Without the batch axis. */
  readonly outputShape: readonly number[];
  /** Number of trainable weights. */
  readonly parameters: number;
  /** Those of them that are stored as one bit each. */
  readonly binaryParameters: number;
  /** Multiply-adds per image: with two 1-bit factors, and all others. */
  readonly binaryMultiplyAdds: number;
  readonly realMultiplyAdds: number;
  /**
   * Multiply-adds weighted by the bits of their factors: one of k and m bits counts k · m, so one of two bits counts 1 and one of two real
   * numbers 1,024.
   * @see S. Zhou et al., "DoReFa-Net", 2016, section 2.1: products of k and m bits take k · m passes of AND and popcount
   */
  readonly bitOperations: number;
  /**
   * Size of all weights, including running statistics: kernels of k ≤ 8 bits take k bits per weight and one 32-bit scale per filter, the
   * rest 32 bits per weight.
   */
  readonly bytes: number;
}

export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly binaryParameters: number;
  readonly multiplyAdds: number;
  readonly binaryMultiplyAdds: number;
  /** As for a layer. */
  readonly bitOperations: number;
  readonly bytes: number;
  /** Size with 32 bits per weight: the real-valued twin. */
  readonly realBytes: number;
}

/** Counts a model's weights and multiply-adds, by bit width. */
export function summarizeModel(model: tf.LayersModel): ModelSummary {
  const layers = model.layers.map(summarizeLayer);
  const sum = (of: (layer: LayerSummary) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const weights = model.weights.reduce((total, weight) => total + size(weight.shape), 0);
  return {
    layers,
    parameters: sum((layer) => layer.parameters),
    binaryParameters: sum((layer) => layer.binaryParameters),
    multiplyAdds: sum((layer) => layer.binaryMultiplyAdds + layer.realMultiplyAdds),
    binaryMultiplyAdds: sum((layer) => layer.binaryMultiplyAdds),
    bitOperations: sum((layer) => layer.bitOperations),
    bytes: sum((layer) => layer.bytes),
    realBytes: 4 * weights,
  };
}

function summarizeLayer(layer: tf.layers.Layer): LayerSummary {
  const bits = (layer as HasBits).bits ?? { activations: 32, kernel: 32 };
  const outputShape = (layer.outputShape as (number | null)[]).slice(1).map((n) => n ?? 1);
  const kernel = layer.weights.find((weight) => /(^|\/)kernel$/.test(weight.originalName))?.shape.map((n) => n ?? 1);
  const inKernel = kernel ? size(kernel) : 0;
  // A kernel [height, width, in, filters] is applied once per output position.
  const multiplyAdds = inKernel * size(outputShape.slice(0, -1));
  const binary = bits.activations === 1 && bits.kernel === 1;
  const parameters = layer.trainableWeights.reduce((total, weight) => total + size(weight.shape), 0);
  const all = layer.weights.reduce((total, weight) => total + size(weight.shape), 0);
  return {
    name: layer.name,
    type: layer.getClassName(),
    outputShape,
    parameters,
    binaryParameters: bits.kernel === 1 ? inKernel : 0,
    binaryMultiplyAdds: binary ? multiplyAdds : 0,
    realMultiplyAdds: binary ? 0 : multiplyAdds,
    bitOperations: multiplyAdds * bits.activations * bits.kernel,
    bytes: Math.ceil((bits.kernel * inKernel) / 8) + 4 * (all - inKernel + (bits.kernel === 32 ? 0 : (kernel?.at(-1) ?? 0))),
  };
}

function size(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((product, n) => product * (n ?? 1), 1);
}
