/** Height, width and channels of a map of values; a vector of units is [1, 1, units]. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** A window that slides over a map padded with zeros. */
export interface LoweredWindow {
  /** Height and width. */
  readonly size: readonly [number, number];
  /** Vertical and horizontal. */
  readonly strides: readonly [number, number];
  /** Top, bottom, left, right; each smaller than the window along that axis. */
  readonly pad: readonly [number, number, number, number];
}

/** Applied to the sums: adds the bias [filters], then max(0, ·), each if present. */
interface Finish {
  readonly bias?: Float32Array;
  readonly relu?: boolean;
}

/**
 * An operation that packed models can compute, in float32, rounded after every operation; docs/packed.md defines the order of the sums.
 * Arrays are flat, the last axis varies fastest.
 */
export type LoweredNode =
  /** Kernel [height, width, channels, filters]. Sums are those of `tf.conv2d` on the backend `wasm`. */
  | ({ readonly op: "conv"; readonly kernel: Float32Array } & LoweredWindow & Finish)
  /** Kernel [units in, units out], applied to a vector. Sums are those of `tf.matMul` on the backend `wasm`. */
  | ({ readonly op: "dense"; readonly kernel: Float32Array } & Finish)
  /** +1 where x ≥ threshold, else −1; thresholds [channels], default 0. */
  | { readonly op: "sign"; readonly thresholds?: Float32Array }
  /**
   * Input of signs and a kernel [height, width, channels, filters] in which each filter holds only −a and +a for one a ≥ 0: the sum of
   * signs, an exact integer, times a. Padding contributes nothing.
   */
  | ({ readonly op: "binaryConv"; readonly kernel: Float32Array } & LoweredWindow & Finish)
  /** (x − mean) · factor + offset, [channels] each. */
  | { readonly op: "affine"; readonly mean: Float32Array; readonly factor: Float32Array; readonly offset: Float32Array }
  /** max(0, x). */
  | { readonly op: "relu" }
  /** The sum of the layer's inputs; therefore only as the first node of a layer with several inputs. */
  | { readonly op: "add" }
  /** The largest value of the window's part inside the map. */
  | ({ readonly op: "maxPool" } & LoweredWindow)
  /** The sum over the window's part inside the map, divided by the window's area, or with `inside` by the number of values inside. */
  | ({ readonly op: "averagePool"; readonly inside?: boolean } & LoweredWindow)
  /** The mean over height and width. */
  | { readonly op: "mean" }
  /** Flattens a map to a vector, with the channels of a pixel adjacent. */
  | { readonly op: "flatten" }
  /** Prepends `before` channels of zeros, and appends zeros up to `channels` channels. */
  | { readonly op: "padChannels"; readonly before: number; readonly channels: number };

/** The argument of `lower`. */
export interface LoweringContext {
  /** One per input. */
  readonly inputShapes: readonly MapShape[];
  readonly outputShape: MapShape;
  /**
   * Values of the layer's weight that was added under this name.
   * @throws UserError if the layer has no weight of that name
   */
  weight(name: string): Promise<Float32Array>;
}

/**
 * A TensorFlow.js layer that can be exported. `lower` returns the nodes with which a packed model computes it in evaluation; each node
 * takes the output of the previous one, and an empty list passes the input on. A layer of `affine`, `relu` and `sign` alone is a function
 * of each value within its channel. If a sign follows, the exporter evaluates the layer itself to find the thresholds, so that they are
 * exact however the layer rounds.
 */
export interface Lowerable {
  lower(context: LoweringContext): LoweredNode | readonly LoweredNode[] | Promise<LoweredNode | readonly LoweredNode[]>;
}

export function isLowerable(layer: object): layer is Lowerable {
  return "lower" in layer && typeof layer.lower === "function";
}
