import { type Binarizer, type BinarizerParameters, deriveSeed, type LayerContext, type StepAware, UserError } from "@benn/core";
import { EVALUATION } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { signOf } from "../ops/binary-sign.ts";
import { surrogateSign } from "../ops/surrogate-sign.ts";

export interface BinaryLayerOptions {
  /** Required, because it also distinguishes the layer's random draws from other layers': generated names differ between processes. */
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

/**
 * The common part of BinaryConv2D and BinaryDense: a latent kernel that its binarizer projects before each step, and the binarizer's
 * parameters.
 */
export abstract class BinaryLayer extends tf.layers.Layer implements StepAware {
  readonly bits: Binarizer["bits"];
  protected readonly binarizer: Binarizer;
  protected readonly relu: boolean;
  protected readonly dropout: number;
  protected readonly useBias: boolean;
  readonly #kernelInitializer: ReturnType<typeof tf.initializers.randomNormal>;
  #kernel: tf.LayerVariable | undefined;
  #bias: tf.LayerVariable | undefined;
  readonly #parameters = new Map<string, tf.LayerVariable>();
  #inputShape: readonly (number | null)[] = [];
  #step = EVALUATION;

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

  /**
   * Adds the latent kernel, the bias and the binarizer's parameters.
   * @throws UserError if a parameter has the name of another weight
   */
  protected addKernel(shape: readonly number[], [, ...inputShape]: tf.Shape): void {
    const kernel = this.addWeight("kernel", [...shape], "float32", this.#kernelInitializer);
    this.#kernel = kernel;
    this.#inputShape = inputShape;
    if (this.useBias) this.#bias = this.addWeight("bias", [shape.at(-1) ?? 1], "float32", tf.initializers.zeros());
    tf.tidy(() => {
      for (const [name, value] of Object.entries(this.binarizer.parameters?.({ kernel: kernel.read(), inputShape }) ?? {})) {
        if (name === "kernel" || name === "bias")
          throw new UserError(
            `layer ${this.name}: its binarizer has a parameter "${name}", but this is a weight of every layer. Rename it.`,
          );
        const parameter = this.addWeight(name, value.shape, "float32", tf.initializers.zeros());
        parameter.write(value);
        this.#parameters.set(name, parameter);
      }
    });
    this.built = true;
  }

  /** Projects the latent kernel permanently, once per step, and takes the seed for the draws of this step. */
  prepare(step: LayerContext): void {
    const { seed, part = 0 } = step;
    this.#step = { ...step, seed: deriveSeed(seed, this.name), part };
    const kernel = this.#kernel;
    if (kernel && part === 0) tf.tidy(() => void kernel.write(this.binarizer.project(kernel.read())));
  }

  /**
   * The step as this layer sees it, with its own seed. Dropout and random kernels act only in training calls; all other calls use the
   * final, fully annealed form.
   */
  protected stepOf(kwargs: { training?: unknown } | undefined): LayerContext {
    const step = this.#step;
    return kwargs?.training === true ? { ...step, training: true } : { ...step, training: false, epoch: step.epochs };
  }

  /** Seed for draws per row, which differ between the parts of a batch; a random kernel is the same in all parts. */
  protected rowSeed({ seed, part = 0 }: LayerContext): number {
    return part === 0 ? seed : deriveSeed(seed, "part", part);
  }

  /** Current values of the binarizer's parameters, by name. They belong to the layer: do not dispose them. */
  get parameters(): BinarizerParameters {
    return Object.fromEntries([...this.#parameters].map(([name, parameter]) => [name, parameter.read()]));
  }

  /** x̂ of this step; call inside a tidy. */
  protected binarizedInputs(x: tf.Tensor, step: LayerContext): tf.Tensor {
    const surrogate = this.binarizer.surrogate?.(step);
    if (!surrogate || (surrogate.kind === "own" && isDifferentiated(step))) return this.binarizer.activations(x, step, this.parameters);
    return surrogate.kind === "own" ? signOf(x) : surrogateSign(x, surrogate);
  }

  /** ŵ of this step; call inside a tidy. */
  protected binarized(step: LayerContext): tf.Tensor {
    if (!this.#kernel) throw new Error(`${this.name}: is not built`);
    return this.binarizer.kernel(this.#kernel.read(), step, this.parameters);
  }

  /** Factor of sums of codes, [1] or [filters], if the binarizer returns codes. Call inside a tidy, or dispose it. */
  codeScale(step: LayerContext): tf.Tensor | undefined {
    if (!this.#kernel) throw new Error(`${this.name}: is not built`);
    return this.binarizer.scale?.({ kernel: this.#kernel.read(), inputShape: this.#inputShape }, step, this.parameters);
  }

  /** Whether inputs and kernel are codes, which `finished` scales after they are summed. */
  protected get isCoded(): boolean {
    return this.binarizer.scale !== undefined;
  }

  /**
   * The layer's output from its sums: scales codes, then adds the bias and applies ReLU. Call inside a tidy.
   * @param factor of sums of codes, for dropout
   */
  protected finished(sums: tf.Tensor, step: LayerContext, factor: number): tf.Tensor {
    const scale = this.codeScale(step);
    const scaled = scale ? tf.mul(sums, factor === 1 ? scale : tf.mul(scale, factor)) : sums;
    const shifted = this.bias ? tf.add(scaled, this.bias) : scaled;
    return this.relu ? tf.relu(shifted) : shifted;
  }

  protected get bias(): tf.Tensor1D | undefined {
    return this.#bias?.read() as tf.Tensor1D | undefined;
  }

  /** Whether inputs and kernel are signs, so that products are XNOR and popcount. */
  protected get isBinary(): boolean {
    return this.bits.activations === 1 && this.bits.kernel === 1 && !this.isCoded;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { useBias, dropout, bits } = this;
    return { ...super.getConfig(), useBias, dropout, activation: this.relu ? "relu" : "linear", bits: { ...bits } };
  }
}

/** Whether somebody may ask for gradients: in training, or in evaluation within `tf.grad`. */
function isDifferentiated({ training }: LayerContext): boolean {
  return training || tf.engine().state.gradientDepth > 0;
}
