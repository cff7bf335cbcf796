import * as tf from "../tensorflow.ts";
import { runTrainingKernel } from "../kernels.ts";

export interface SignConv2DOptions {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** Zeros around the input; "same" requires an odd kernel. Default "valid": none. */
  readonly padding?: "valid" | "same";
}

/**
 * Convolution of the signs of its input, with the straight-through gradient, by the backend's own kernels if it has them: most of the work
 * of a binary network. Only for testing backends: no binarizer binarizes its kernel, which is initialized with ones, so each filter must
 * hold only −a and +a when the layer runs.
 */
export class SignConv2D extends tf.layers.Layer {
  static readonly className = "SignConv2D";
  readonly #options: SignConv2DOptions;
  #kernel: tf.LayerVariable | undefined;

  constructor(options: SignConv2DOptions) {
    super({ name: options.name });
    this.#options = options;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { filters, kernelSize } = this.#options;
    const channels = (inputShape as tf.Shape).at(-1) ?? 1;
    this.#kernel = this.addWeight("kernel", [kernelSize, kernelSize, channels, filters], "float32", tf.initializers.ones());
    this.built = true;
  }

  /** On every side. */
  get #zeros(): number {
    return this.#options.padding === "same" ? (this.#options.kernelSize - 1) / 2 : 0;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const { filters, kernelSize } = this.#options;
    const padding = this.#zeros;
    const [batch = null, height, width] = inputShape as tf.Shape;
    const out = (size: number | null | undefined): number | null => (size ? size + 2 * padding - kernelSize + 1 : null);
    return [batch, out(height), out(width), filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!x || !this.#kernel) throw new Error(`${this.name}: is not built, or has no input`);
    return convolve(sign(x), this.#kernel.read(), this.#zeros);
  }
}

const sign = tf.customGrad<tf.Tensor>((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  const value =
    runTrainingKernel("BinarySign", { x: x as tf.Tensor })?.[0] ??
    tf.sub(tf.mul(tf.cast(tf.greaterEqual(x as tf.Tensor, 0), "float32"), 2), 1);
  const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor => {
    const x = saved as tf.Tensor;
    return runTrainingKernel("BinarySignGrad", { x, dy })?.[0] ?? tf.mul(dy, tf.cast(tf.less(tf.abs(x), 1), "float32"));
  };
  return { value, gradFunc };
});

function convolve(x: tf.Tensor, kernel: tf.Tensor, padding: number): tf.Tensor {
  const attributes = { strides: [1, 1], pad: [padding, padding, padding, padding], scale: 1, relu: 0 };
  if (!tf.getKernel("BinaryConv2D", tf.getBackend()))
    return tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 1, padding > 0 ? "same" : "valid"); // TensorFlow's library supports no others
  return tf.customGrad((x, kernel, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, kernel as tf.Tensor]);
    const value = onlyOutputs(runTrainingKernel("BinaryConv2D", { x: x as tf.Tensor, kernel: kernel as tf.Tensor }, attributes))[0];
    const gradFunc = (dy: tf.Tensor, [x, kernel]: tf.Tensor[]): tf.Tensor[] => {
      const inputs = { dy, x: x as tf.Tensor, kernel: kernel as tf.Tensor };
      const [dx, dKernel] = onlyOutputs(runTrainingKernel("BinaryConv2DGrad", inputs, { ...attributes, seed: 0 }));
      return [dx, dKernel];
    };
    return { value, gradFunc };
  })(x, kernel);
}

function onlyOutputs(outputs: tf.Tensor[] | undefined): [tf.Tensor, tf.Tensor] {
  if (!outputs) throw new Error(`backend ${tf.getBackend()}: has BinaryConv2D without its gradient`);
  return outputs as [tf.Tensor, tf.Tensor];
}
