/** Height, width and channels of a map of values; a vector of units is [1, 1, units]. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** A window that moves over a map with zeros around it. */
export interface LoweredWindow {
  /** Height and width. */
  readonly size: readonly [number, number];
  /** Down and across. */
  readonly strides: readonly [number, number];
  /** Top, bottom, left, right; each smaller than the window there. */
  readonly pad: readonly [number, number, number, number];
}

/** After the sums: plus the bias [filters], then max(0, ·), whichever there is. */
interface Finish {
  readonly bias?: Float32Array;
  readonly relu?: boolean;
}

/**
 * What a packed model can compute. In float32, rounded operation by operation; docs/packed.md has the order of the sums.
 * Arrays are flat, the last axis fastest.
 */
export type LoweredNode =
  /** Kernel [height, width, channels, filters]. The sums are those of `tf.conv2d` on the engine `wasm`. */
  | ({ readonly op: "conv"; readonly kernel: Float32Array } & LoweredWindow & Finish)
  /** Kernel [units in, units out], of a vector. The sums are those of `tf.matMul` on the engine `wasm`. */
  | ({ readonly op: "dense"; readonly kernel: Float32Array } & Finish)
  /** +1 where x ≥ threshold, else −1; thresholds [channels], default 0. */
  | { readonly op: "sign"; readonly thresholds?: Float32Array }
  /**
   * Of signs, with a kernel [height, width, channels, filters] that holds only −a and +a for one a ≥ 0 a filter: the sum of
   * signs, an exact integer, times a. Padding adds nothing to it.
   */
  | ({ readonly op: "binaryConv"; readonly kernel: Float32Array } & LoweredWindow & Finish)
  /** (x − mean) · factor + offset, [channels] each. */
  | { readonly op: "affine"; readonly mean: Float32Array; readonly factor: Float32Array; readonly offset: Float32Array }
  /** max(0, x). */
  | { readonly op: "relu" }
  /** The sum of the layer's inputs, so only as the first node of a layer that has several. */
  | { readonly op: "add" }
  /** The largest value inside the map. */
  | ({ readonly op: "maxPool" } & LoweredWindow)
  /** The sum inside the map over the window's area, or with `inside` over the number of values inside. */
  | ({ readonly op: "averagePool"; readonly inside?: boolean } & LoweredWindow)
  /** The mean over height and width. */
  | { readonly op: "mean" }
  /** A map as one vector, the channels of a pixel side by side. */
  | { readonly op: "flatten" }
  /** `before` channels of zeros in front, then zeros behind until there are `channels`. */
  | { readonly op: "padChannels"; readonly before: number; readonly channels: number };

/** What `lower` gets. */
export interface LoweringContext {
  /** One an input. */
  readonly inputShapes: readonly MapShape[];
  readonly outputShape: MapShape;
  /**
   * Values of the layer's weight that was added under this name.
   * @throws UserError when the layer has none of that name
   */
  weight(name: string): Promise<Float32Array>;
}

/**
 * A TensorFlow.js layer that can be exported: `lower` returns the nodes by which a packed model computes it in evaluation,
 * each of which takes the output of the one before it. No node: the layer passes its input on. A layer of `affine`, `relu`
 * and `sign` alone is a function of each value within its channel; where a sign follows, the exporter evaluates the layer
 * itself to find the thresholds, so that they are exact however the layer rounds.
 */
export interface Lowerable {
  lower(context: LoweringContext): LoweredNode | readonly LoweredNode[] | Promise<LoweredNode | readonly LoweredNode[]>;
}

export function isLowerable(layer: object): layer is Lowerable {
  return "lower" in layer && typeof layer.lower === "function";
}
