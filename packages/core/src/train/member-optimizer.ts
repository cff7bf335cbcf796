import * as tf from "../tensorflow.ts";
import type { Optimizer, Parameter, ParameterStep, ParameterUpdate, UpdateStep } from "../optimizer.ts";
import { UserError } from "../user-error.ts";
import { namedWeights, type WeightValues } from "./model-weights.ts";

/** An optimizer with its registered name, for messages. */
export interface NamedOptimizer {
  readonly name: string;
  readonly optimizer: Optimizer;
}

type Slotted = { readonly parameter: Parameter; readonly slots: Record<string, tf.Tensor> };

/** What a checkpoint holds of each parameter besides the slots. */
const OWN_GROUPS = ["weights", "best"];

/** Maximum number of weights updated at once: their new values exist beside the old ones. */
const MOST_TOGETHER = 1 << 20;

/**
 * Updates a member's parameters: each by the first optimizer of the list that claims it. Owns the slots; `dispose` frees them. The caller
 * keeps ownership of the variables.
 */
export class MemberOptimizer {
  readonly #groups: readonly { readonly optimizer: Optimizer; readonly own: readonly Slotted[] }[];
  #step = 0;

  /** @throws UserError if no optimizer claims a parameter, or if earlier ones take all parameters that one claims */
  constructor(parameters: readonly Parameter[], optimizers: readonly NamedOptimizer[]) {
    const claimed = parameters.map((parameter) => optimizers.find(({ optimizer }) => optimizer.claims?.(parameter) ?? true));
    const unclaimed = parameters.filter((_, i) => claimed[i] === undefined).map(({ name }) => name);
    const names = optimizers.map(({ name }) => name).join(", ");
    if (unclaimed.length > 0) {
      throw new UserError(
        `optimizer ${names}: leaves ${unclaimed.slice(0, 3).join(", ")}${unclaimed.length > 3 ? ` and ${unclaimed.length - 3} more` : ""} to another. ` +
          `Name one that takes them, for example optimizer=["${names.replaceAll(", ", '","')}","adam"].`,
      );
    }
    // An optimizer that claims nothing in this member is not an error: a rule for binary kernels, in the real-valued member of a mixed
    // ensemble.
    const shadowed = optimizers.find(
      (named) => !claimed.includes(named) && parameters.some((parameter) => named.optimizer.claims?.(parameter) ?? true),
    );
    if (shadowed) {
      throw new UserError(
        `optimizer ${shadowed.name}: gets no parameter, since those before it in optimizer=["${names.replaceAll(", ", '","')}"] take all that it claims. ` +
          "Put it before them, or leave it out.",
      );
    }
    this.#groups = optimizers.map((named) => {
      const own = parameters.filter((_, i) => claimed[i] === named);
      return { optimizer: named.optimizer, own: own.map((parameter) => ({ parameter, slots: zeros(named, parameter) })) };
    });
  }

  /** Number of steps taken. */
  get step(): number {
    return this.#step;
  }

  get variables(): tf.Variable[] {
    return this.#all().map(({ parameter }) => parameter.variable);
  }

  /**
   * Takes one step.
   * @param gradients by the variables' own names, as `tf.variableGrads` returns them; not disposed. A variable without one stays unchanged.
   * @param scheduled `learningRate` as a share of the configured learning rate
   */
  apply(gradients: tf.NamedTensorMap, learningRate: number, scheduled = 1): void {
    this.#step += 1;
    const at = { learningRate, scheduled, step: this.#step };
    for (const { optimizer, own } of this.#groups) {
      let together: { slotted: Slotted; gradient: tf.Tensor }[] = [];
      let elements = 0;
      for (const slotted of own) {
        const { variable } = slotted.parameter;
        const gradient = gradients[variable.name];
        if (!gradient) continue;
        if (elements + variable.size > MOST_TOGETHER) {
          this.#update(optimizer, together, at);
          [together, elements] = [[], 0];
        }
        together.push({ slotted, gradient });
        elements += variable.size;
      }
      this.#update(optimizer, together, at);
    }
  }

  #update(optimizer: Optimizer, together: readonly { slotted: Slotted; gradient: tf.Tensor }[], at: UpdateStep): void {
    if (together.length === 0) return;
    const steps = together.map(({ slotted: { parameter, slots }, gradient }): ParameterStep => {
      const { name, isBinaryKernel, variable } = parameter;
      return { parameter: { name, isBinaryKernel }, weight: variable, gradient, slots: { ...slots } };
    });
    const updates = tf.tidy(() => optimizer.update(steps, at) as unknown as tf.TensorContainer) as unknown as ParameterUpdate[];
    for (const [i, { slotted }] of together.entries()) {
      const update = updates[i];
      if (!update) throw new Error(`optimizer: gave ${updates.length} updates for ${together.length} parameters.`);
      replace(slotted, update);
    }
  }

  /** Copies the slots off the device for a checkpoint: by slot, then by parameter. */
  async slots(): Promise<Readonly<Record<string, WeightValues>>> {
    const read: Record<string, Map<string, { shape: number[]; values: Float32Array }>> = {};
    for (const { parameter, slots } of this.#all()) {
      for (const [slot, tensor] of Object.entries(slots)) {
        const values = Float32Array.from(await tensor.data<"float32">());
        (read[slot] ??= new Map()).set(parameter.name, { shape: [...tensor.shape], values });
      }
    }
    return read;
  }

  /**
   * Restores the state of a checkpoint.
   * @throws UserError if the checkpoint lacks a slot: it was saved by another optimizer
   */
  restore(step: number, saved: Readonly<Record<string, WeightValues>>): void {
    this.#step = step;
    for (const { parameter, slots } of this.#all()) {
      for (const [slot, tensor] of Object.entries(slots)) {
        const values = saved[slot]?.get(parameter.name);
        if (!values) {
          throw new UserError(
            `optimizer: the checkpoint has no ${slot} of "${parameter.name}". Resume with the optimizer it was saved by.`,
          );
        }
        tensor.dispose();
        slots[slot] = tf.keep(tf.tensor(values.values, [...values.shape]));
      }
    }
  }

  dispose(): void {
    for (const { slots } of this.#all()) tf.dispose(Object.values(slots));
  }

  #all(): readonly Slotted[] {
    return this.#groups.flatMap(({ own }) => own);
  }
}

function zeros({ name, optimizer }: NamedOptimizer, { variable }: Parameter): Record<string, tf.Tensor> {
  const taken = optimizer.slots.find((slot) => !/^[A-Za-z]\w*$/.test(slot) || OWN_GROUPS.includes(slot));
  if (taken !== undefined)
    throw new UserError(
      `optimizer ${name}: has a slot named "${taken}". Name it by letters and digits, and not ${OWN_GROUPS.join(" or ")}.`,
    );
  return Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.keep(tf.zeros(variable.shape))]));
}

/**
 * Stores the new weight and slots, and frees the tensors they replace. An update may contain the old tensor, unchanged or overwritten in
 * place.
 */
function replace({ parameter: { variable }, slots }: Slotted, update: ParameterUpdate): void {
  if (update.weight !== variable) {
    variable.assign(update.weight);
    update.weight.dispose();
  }
  for (const [slot, before] of Object.entries(slots)) {
    const after = update.slots[slot];
    if (!after) throw new Error(`optimizer: gave no new value of the slot ${slot} of ${variable.name}.`);
    if (after === before) continue;
    before.dispose();
    slots[slot] = tf.keep(after);
  }
}

/** The optimizer of a member: its optimizers on its trainable weights, by their names in checkpoints. The caller disposes it. */
export function memberOptimizer(model: tf.LayersModel, optimizers: readonly NamedOptimizer[]): MemberOptimizer {
  const binary = new Set(
    model.layers.flatMap((layer) =>
      hasBinaryKernel(layer) ? layer.weights.filter(({ originalName }) => /(^|\/)kernel$/.test(originalName)) : [],
    ),
  );
  const trainable = namedWeights(model).filter(([, weight]) => model.trainableWeights.includes(weight));
  return new MemberOptimizer(
    trainable.map(([name, weight]) => ({ name, variable: weight.read() as tf.Variable, isBinaryKernel: binary.has(weight) })),
    optimizers,
  );
}

function hasBinaryKernel(layer: object): boolean {
  return "bits" in layer && (layer.bits as { readonly kernel?: unknown } | undefined)?.kernel === 1;
}
