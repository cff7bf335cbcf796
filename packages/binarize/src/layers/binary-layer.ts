import { type Binarizer, deriveSeed, EVALUATION, type Step, type StepAware } from "@benn/core";
import * as tf from "@tensorflow/tfjs";

export interface BinaryLayerOptions {
  /** Also tells the layer's random draws from other layers', so it is not optional: made-up names differ between processes. */
  readonly name: string;
  readonly binarizer: Binarizer;
  /** Default "linear". */
  readonly activation?: "linear" | "relu";
  /** Share of the binarized inputs set to 0 in training, the rest scaled up by 1 / (1 − dropout). Default 0. */
  readonly dropout?: number;
  readonly useBias?: boolean;
  /** Of the latent kernel. Default: normal with deviation 0.05, seeded by the name alone. */
  readonly kernelInitializer?: ReturnType<typeof tf.initializers.randomNormal>;
  readonly inputShape?: readonly number[];
}

/** What BinaryConv2D and BinaryDense share: a latent kernel that its binarizer projects before each step. */
export abstract class BinaryLayer extends tf.layers.Layer implements StepAware {
  readonly bits: Binarizer["bits"];
  protected readonly binarizer: Binarizer;
  protected readonly relu: boolean;
  protected readonly dropout: number;
  protected readonly useBias: boolean;
  readonly #kernelInitializer: ReturnType<typeof tf.initializers.randomNormal>;
  #kernel: tf.LayerVariable | undefined;
  #bias: tf.LayerVariable | undefined;
  #step: Step = EVALUATION;

  constructor(options: BinaryLayerOptions) {
    const { name, binarizer, activation = "linear", dropout = 0, useBias = true, kernelInitializer, inputShape } = options;
    super({ name, ...(inputShape ? { inputShape: [...inputShape] } : {}) });
    this.bits = binarizer.bits;
    this.binarizer = binarizer;
    this.relu = activation === "relu";
    this.dropout = dropout;
    this.useBias = useBias;
    this.#kernelInitializer = kernelInitializer ?? tf.initializers.randomNormal({ stddev: 0.05, seed: deriveSeed(0, name) });
  }

  protected addKernel(shape: readonly number[]): void {
    this.#kernel = this.addWeight("kernel", [...shape], "float32", this.#kernelInitializer);
    if (this.useBias) this.#bias = this.addWeight("bias", [shape.at(-1) ?? 1], "float32", tf.initializers.zeros());
    this.built = true;
  }

  /** Applies the kernel's rule for good, once a step, and takes the seed of what is drawn in this step. */
  prepare(step: Step): void {
    const { seed, part = 0 } = step;
    this.#step = { ...step, seed: deriveSeed(seed, this.name), part };
    const kernel = this.#kernel;
    if (kernel && part === 0) tf.tidy(() => void kernel.write(this.binarizer.project(kernel.read())));
  }

  /** The step as this layer sees it: with a seed of its own. Dropout and drawn kernels act in training calls alone. */
  protected stepOf(kwargs: { training?: unknown } | undefined): Step {
    return { ...this.#step, training: kwargs?.training === true };
  }

  /** For draws of the rows, which are others in each part of a batch; a drawn kernel is the same in all of them. */
  protected rowSeed({ seed, part = 0 }: Step): number {
    return part === 0 ? seed : deriveSeed(seed, "part", part);
  }

  /** ŵ of this step; inside a tidy. */
  protected binarized(step: Step): tf.Tensor {
    if (!this.#kernel) throw new Error(`${this.name}: is not built`);
    return this.binarizer.kernel(this.#kernel.read(), step);
  }

  protected get bias(): tf.Tensor1D | undefined {
    return this.#bias?.read() as tf.Tensor1D | undefined;
  }

  /** Whether inputs and kernel are one bit each, so that products are XNOR and popcount. */
  protected get isBinary(): boolean {
    return this.bits.activations === 1 && this.bits.kernel === 1;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { useBias, dropout, bits } = this;
    return { ...super.getConfig(), useBias, dropout, activation: this.relu ? "relu" : "linear", bits: { ...bits } };
  }
}
