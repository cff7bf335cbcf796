import * as tf from "@tensorflow/tfjs";
import { runTrainingKernel } from "./kernels.ts";
import type { WeightValues } from "./train/model-weights.ts";

/** A variable to optimise, under the name its moments are saved by. */
export interface Parameter {
  readonly name: string;
  readonly variable: tf.Variable;
}

type Slot = Parameter & { firstMoment: tf.Tensor; secondMoment: tf.Tensor };
type Update = { readonly slot: Slot; readonly gradient: tf.Tensor };

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
/** Weights that are updated at once: what is new stands beside what was until then. */
const MOST_TOGETHER = 1 << 20;

/**
 * Adam with coupled weight decay: with `g ← g + weightDecay · w`,
 *
 *     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   w ← w − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * for every parameter, biases and batch-norm scales included, as PyTorch's `Adam(weight_decay=…)` does. β₁ = .9,
 * β₂ = .999, ε = 1e−8. Owns the moments; `dispose` frees them. The variables stay the caller's.
 * @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1
 */
export class Adam {
  readonly #slots: readonly Slot[];
  readonly #weightDecay: number;
  #step = 0;

  constructor(parameters: readonly Parameter[], { weightDecay = 0 }: { weightDecay?: number } = {}) {
    this.#slots = parameters.map((parameter) => ({
      ...parameter,
      firstMoment: tf.keep(tf.zeros(parameter.variable.shape)),
      secondMoment: tf.keep(tf.zeros(parameter.variable.shape)),
    }));
    this.#weightDecay = weightDecay;
  }

  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  get variables(): tf.Variable[] {
    return this.#slots.map(({ variable }) => variable);
  }

  /**
   * Takes one step.
   * @param gradients by the variables' own names, as `tf.variableGrads` gives them; not disposed. A variable without one stays.
   */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void {
    this.#step += 1;
    let group: Update[] = [];
    let elements = 0;
    for (const slot of this.#slots) {
      const gradient = gradients[slot.variable.name];
      if (!gradient) continue;
      if (elements + slot.variable.size > MOST_TOGETHER) {
        this.#updateAll(group, learningRate);
        [group, elements] = [[], 0];
      }
      group.push({ slot, gradient });
      elements += slot.variable.size;
    }
    this.#updateAll(group, learningRate);
  }

  #updateAll(updates: readonly Update[], learningRate: number): void {
    if (updates.length === 0) return;
    const updated = tf.tidy(
      () => this.#together(updates, learningRate) ?? updates.flatMap((update) => this.#composed(update, learningRate)),
    );
    for (const [i, { slot }] of updates.entries()) {
      const [weight, firstMoment, secondMoment] = updated.slice(3 * i, 3 * i + 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
      slot.variable.assign(weight);
      tf.dispose([weight, slot.firstMoment, slot.secondMoment]);
      slot.firstMoment = tf.keep(firstMoment);
      slot.secondMoment = tf.keep(secondMoment);
    }
  }

  /** New weight, first and second moment of each, by the backend's kernel if it has one. */
  #together(updates: readonly Update[], learningRate: number): tf.Tensor[] | undefined {
    const inputs: Record<string, tf.Tensor> = {};
    for (const [i, { slot, gradient }] of updates.entries()) {
      inputs[`weight${i}`] = slot.variable;
      inputs[`gradient${i}`] = gradient;
      inputs[`firstMoment${i}`] = slot.firstMoment;
      inputs[`secondMoment${i}`] = slot.secondMoment;
    }
    const attributes = { learningRate, beta1: BETA1, beta2: BETA2, epsilon: EPSILON, weightDecay: this.#weightDecay, step: this.#step };
    return runTrainingKernel("AdamStep", inputs, attributes);
  }

  #composed({ slot: { variable, firstMoment, secondMoment }, gradient }: Update, learningRate: number): tf.Tensor[] {
    const step = this.#step;
    return tf.tidy(() => {
      const g = tf.add(gradient, tf.mul(variable, this.#weightDecay));
      const first = tf.add(tf.mul(firstMoment, BETA1), tf.mul(g, 1 - BETA1));
      const second = tf.add(tf.mul(secondMoment, BETA2), tf.mul(tf.square(g), 1 - BETA2));
      const denominator = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - BETA2 ** step)), EPSILON);
      return [tf.sub(variable, tf.mul(tf.div(first, denominator), learningRate / (1 - BETA1 ** step))), first, second];
    });
  }

  /** Copies the moments off the device, for a checkpoint. */
  async slots(): Promise<{ firstMoments: WeightValues; secondMoments: WeightValues }> {
    const read = async (of: (slot: { firstMoment: tf.Tensor; secondMoment: tf.Tensor }) => tf.Tensor): Promise<WeightValues> => {
      const values = new Map<string, { shape: number[]; values: Float32Array }>();
      for (const slot of this.#slots) {
        values.set(slot.name, { shape: [...slot.variable.shape], values: Float32Array.from(await of(slot).data<"float32">()) });
      }
      return values;
    };
    return { firstMoments: await read((slot) => slot.firstMoment), secondMoments: await read((slot) => slot.secondMoment) };
  }

  /** Goes on from a checkpoint's moments. */
  restore(step: number, firstMoments: WeightValues, secondMoments: WeightValues): void {
    this.#step = step;
    for (const slot of this.#slots) {
      const [first, second] = [firstMoments.get(slot.name), secondMoments.get(slot.name)];
      if (!first || !second) throw new Error(`Adam: the checkpoint has no moments of "${slot.name}".`);
      tf.dispose([slot.firstMoment, slot.secondMoment]);
      slot.firstMoment = tf.keep(tf.tensor(first.values, [...first.shape]));
      slot.secondMoment = tf.keep(tf.tensor(second.values, [...second.shape]));
    }
  }

  dispose(): void {
    for (const { firstMoment, secondMoment } of this.#slots) tf.dispose([firstMoment, secondMoment]);
  }
}
