// Layers as a plugin may define them, each with what it lowers to. Weights are those of `addWeight`, so that tests can set them.
import type { Lowerable, LoweredNode, LoweringContext, MapShape } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

const only = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor4D => (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
const channelsOf = (shape: tf.Shape | tf.Shape[]): number => (shape as tf.Shape).at(-1) ?? 1;
const uniform = tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: 5 });

abstract class PluginLayer extends tf.layers.Layer implements Lowerable {
  constructor(name: string) {
    super({ name });
  }

  protected weight(name: string): tf.Tensor {
    return this.weights.find(({ originalName }) => originalName.endsWith(name))!.read();
  }

  abstract lower(context: LoweringContext): ReturnType<Lowerable["lower"]>;
}

/** x / divisor − offset: the file multiplies by 1 / divisor, which rounds differently. */
export class Divide extends PluginLayer {
  static readonly className = "Divide";
  readonly #divisor: number;
  readonly #offset: number;

  constructor(name: string, divisor: number, offset: number) {
    super(name);
    this.#divisor = divisor;
    this.#offset = offset;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.sub(tf.div(only(inputs), this.#divisor), this.#offset));
  }

  lower({ inputShapes: [[, , channels] = [0, 0, 0]] }: LoweringContext): LoweredNode {
    const every = (value: number) => new Float32Array(channels).fill(value);
    return { op: "affine", mean: every(0), factor: every(1 / this.#divisor), offset: every(-this.#offset) };
  }
}

/** max(0, x·factor): two nodes, and one factor of either sign per channel. */
export class ScaledRelu extends PluginLayer {
  static readonly className = "ScaledRelu";

  override build(shape: tf.Shape | tf.Shape[]): void {
    this.addWeight("factor", [channelsOf(shape)], "float32", uniform);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.relu(tf.mul(only(inputs), this.weight("factor"))));
  }

  async lower({ weight }: LoweringContext): Promise<readonly LoweredNode[]> {
    const factor = await weight("factor");
    return [{ op: "affine", mean: new Float32Array(factor.length), factor, offset: new Float32Array(factor.length) }, { op: "relu" }];
  }
}

const signs = (x: tf.Tensor): tf.Tensor => tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, 0), "float32"), 2), 1);

/** Signs alone, for any next layer. */
export class Signs extends PluginLayer {
  static readonly className = "Signs";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => signs(only(inputs)));
  }

  lower(): LoweredNode {
    return { op: "sign" };
  }
}

/** A 3×3 convolution of signs with signs, valid, times a scale, plus a bias. */
export class SignConv extends PluginLayer {
  static readonly className = "SignConv";
  readonly #filters: number;
  readonly #hasThresholds: boolean;

  /** With thresholds it computes the signs itself, else it takes them as input. */
  constructor(name: string, filters: number, hasThresholds: boolean) {
    super(name);
    this.#filters = filters;
    this.#hasThresholds = hasThresholds;
  }

  override build(shape: tf.Shape | tf.Shape[]): void {
    this.addWeight("kernel", [3, 3, channelsOf(shape), this.#filters], "float32", uniform);
    this.addWeight("bias", [this.#filters], "float32", uniform);
    if (this.#hasThresholds) this.addWeight("thresholds", [channelsOf(shape)], "float32", uniform);
    this.built = true;
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height, width] = shape as tf.Shape;
    return [batch, (height ?? 0) - 2, (width ?? 0) - 2, this.#filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = only(inputs);
      const y = this.#hasThresholds ? signs(tf.sub(x, this.weight("thresholds"))) : x;
      const sums = tf.conv2d(y as tf.Tensor4D, signs(this.weight("kernel")) as tf.Tensor4D, 1, "valid");
      return tf.add(tf.mul(sums, 0.25), this.weight("bias"));
    });
  }

  async lower({ weight }: LoweringContext): Promise<readonly LoweredNode[]> {
    const kernel = (await weight("kernel")).map((value) => (value >= 0 ? 0.25 : -0.25));
    const conv: LoweredNode = {
      op: "binaryConv",
      kernel,
      bias: await weight("bias"),
      size: [3, 3],
      strides: [1, 1],
      pad: [0, 0, 0, 0],
    };
    return this.#hasThresholds ? [{ op: "sign", thresholds: await weight("thresholds") }, conv] : [conv];
  }
}

/** Half the size and twice the channels without a weight, like ResNet's shortcut of option A. */
export class Shrink extends PluginLayer {
  static readonly className = "Shrink";

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height, width, channels] = shape as tf.Shape;
    return [batch, (height ?? 0) >> 1, (width ?? 0) >> 1, 2 * (channels ?? 0)];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = tf.avgPool(only(inputs), 2, 2, "valid");
      const zeros = tf.zerosLike(x);
      const first = Math.floor((x.shape[3] ?? 0) / 2);
      return tf.concat([tf.slice(zeros, [0, 0, 0, 0], [-1, -1, -1, first]), x, tf.slice(zeros, [0, 0, 0, first])], 3);
    });
  }

  lower({ inputShapes: [[, , channels] = [0, 0, 0]] }: LoweringContext): readonly LoweredNode[] {
    const pool = { op: "averagePool", size: [2, 2], strides: [2, 2], pad: [0, 0, 0, 0] } as const;
    return [pool, { op: "padChannels", before: channels >> 1, channels: 2 * channels }];
  }
}

/** The sum of its inputs, or of one the input itself. */
export class Sum extends PluginLayer {
  static readonly className = "Sum";

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => [inputs].flat<(tf.Tensor | tf.Tensor[])[]>().reduce((sum, one) => tf.add(sum, one)));
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    return (Array.isArray(shape[0]) ? shape[0] : shape) as tf.Shape;
  }

  lower({ inputShapes }: LoweringContext): readonly LoweredNode[] {
    return inputShapes.length > 1 ? [{ op: "add" }] : [];
  }
}

/** A real 3×3 convolution, a max pool, and, as one layer, the mean and a dense layer: the remaining kinds of nodes. */
export class Head extends PluginLayer {
  static readonly className = "Head";
  readonly #classes: number;

  constructor(name: string, classes: number) {
    super(name);
    this.#classes = classes;
  }

  override build(shape: tf.Shape | tf.Shape[]): void {
    this.addWeight("kernel", [3, 3, channelsOf(shape), 5], "float32", uniform);
    this.addWeight("dense", [5, this.#classes], "float32", uniform);
    this.built = true;
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    return [(shape as tf.Shape)[0] ?? null, this.#classes];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const sums = tf.relu(tf.conv2d(only(inputs), this.weight("kernel") as tf.Tensor4D, 1, "same"));
      return tf.matMul(tf.mean<tf.Tensor2D>(tf.maxPool(sums, 2, 1, "valid"), [1, 2]), this.weight("dense"));
    });
  }

  async lower({ weight }: LoweringContext): Promise<readonly LoweredNode[]> {
    return [
      { op: "conv", kernel: await weight("kernel"), size: [3, 3], strides: [1, 1], pad: [1, 1, 1, 1], relu: true },
      { op: "maxPool", size: [2, 2], strides: [1, 1], pad: [0, 0, 0, 0] },
      { op: "mean" },
      { op: "flatten" },
      { op: "dense", kernel: await weight("dense") },
    ];
  }
}

/** A layer that passes its input on, and lowers to these nodes; without them it does not lower. */
export function layerOf(
  name: string,
  nodes?: (context: LoweringContext) => readonly LoweredNode[],
  outputShape?: MapShape,
): tf.layers.Layer {
  class Custom extends tf.layers.Layer {
    static readonly className = "Custom";

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return only(inputs).clone();
    }

    override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
      return outputShape ? [null, ...outputShape] : (shape as tf.Shape);
    }
  }
  return nodes ? Object.assign(new Custom({ name }), { lower: nodes }) : new Custom({ name });
}
