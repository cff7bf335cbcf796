import { flippable, flipping, type Flips } from "@benn/binarize";
import type { Noise } from "@benn/analysis";
import { BACKENDS, type Binarizer, type DependencyContainer, deriveSeed, type LoadedDataset } from "@benn/core";
import { partRows, predictLogits } from "@benn/core/internals";
import { type ResolvedConfig, restoreMembers, type SavedRun } from "@benn/core/node";
import * as tf from "@benn/core/tensorflow";
import { noisySplit, preparedDeviation } from "./noisy-split.ts";

export interface DisturbedMembersTask {
  readonly run: SavedRun;
  readonly config: ResolvedConfig;
  readonly container: DependencyContainer;
  readonly data: LoadedDataset;
  /** Numbers of the members to use. */
  readonly voting: readonly number[];
  /** Test rows that they classify. */
  readonly rows: Int32Array;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** The trained members of a run, which classify the same rows repeatedly, with or without noise. */
export interface DisturbedMembers {
  /** Whether a layer of any member can be disturbed in this way. */
  has(kind: Noise["kind"]): boolean;
  /**
   * Logits [rows, classes], one array per member. The noise of one draw is the same at every level, only stronger or weaker: larger shares
   * of flipped bits contain the smaller ones.
   * @param noise undefined: no noise
   * @param onRows called with the number of rows done, of all members together
   */
  logits(noise: Noise | undefined, draw: number, onRows: (done: number) => void): Promise<Float32Array[]>;
  dispose(): void;
}

interface DisturbedMember {
  readonly member: number;
  readonly model: tf.LayersModel;
  /** As they are stored: an evaluation projects latent kernels, and so may change them. */
  readonly weights: readonly tf.Tensor[];
}

/** @throws UserError if a member's files are missing or damaged */
export async function openDisturbedMembers(task: DisturbedMembersTask): Promise<DisturbedMembers> {
  const { run, config, container, data, voting, rows, seed, signal } = task;
  await container.resolve(BACKENDS).create(config.backend).activate();
  const members: DisturbedMember[] = [];
  const dispose = (): void => {
    for (const { model, weights } of members) {
      tf.dispose([...weights]);
      model.dispose();
    }
  };
  // Flips for the batch that is being computed: members run one after the other.
  let flips: Flips | undefined;
  const binarizers: Binarizer[] = [];
  const adaptBinarizer = (own: Binarizer): Binarizer => {
    binarizers.push(own);
    return flipping(own, () => flips);
  };
  try {
    for await (const { member, model } of restoreMembers({ ...run, members: voting }, { config, data, container, adaptBinarizer })) {
      members.push({ member, model, weights: model.getWeights().map((weight) => weight.clone()) });
      signal.throwIfAborted();
    }
  } catch (error) {
    dispose();
    throw error;
  }

  async function logitsOf(
    { member, model, weights }: DisturbedMember,
    noise: Noise | undefined,
    draw: number,
    onRows: (done: number) => void,
  ): Promise<Float32Array> {
    const split =
      noise?.kind === "images"
        ? noisySplit(data.test, data.shape, { deviation: preparedDeviation(noise, data.preprocessing), seed, draw })
        : data.test;
    const flipsOf = (nth: number): Flips | undefined => {
      if (noise === undefined || noise.kind === "images") return undefined;
      const { kind, level } = noise;
      const of = kind === "weights" ? { kernel: level, activations: 0 } : { kernel: 0, activations: level };
      const purpose = ["flips", kind, draw, member];
      return { ...of, seed: deriveSeed(seed, ...purpose), batchSeed: deriveSeed(seed, ...purpose, nth) };
    };
    tf.tidy(() => model.setWeights([...weights]));
    const predicting = predictLogits(model, split, rows, {
      who: `member ${member + 1}, test images`,
      batchSize: partRows(config),
      shape: data.shape,
      classes: data.labels.length,
      beforeBatch: (nth) => (flips = flipsOf(nth)),
    });
    for (;;) {
      const next = await predicting.next();
      if (next.done) return next.value;
      signal.throwIfAborted();
      onRows(next.value);
    }
  }

  return {
    has: (kind) => kind === "images" || binarizers.some((own) => flippable(own)[kind === "weights" ? "kernel" : "activations"]),
    async logits(noise, draw, onRows) {
      const all: Float32Array[] = [];
      for (const member of members) all.push(await logitsOf(member, noise, draw, (done) => onRows(all.length * rows.length + done)));
      return all;
    },
    dispose,
  };
}
