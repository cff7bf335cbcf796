import type * as tf from "@tensorflow/tfjs";
import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import { BINARIZERS } from "../binarizer.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { EnsembleScheme } from "../ensemble-scheme.ts";
import { deriveSeed } from "../random.ts";
import type { RunControl } from "../run-control.ts";
import { memberParts } from "./member-parts.ts";
import { partRows } from "./part-rows.ts";
import { type WeightValues, writeWeights } from "./model-weights.ts";
import { allRows, predictLogits } from "./predict-logits.ts";
import { type MemberConfig, type ResolvedConfig, settingsOf } from "./resolve-config.ts";
import type { MemberCheckpoint, MemberLogits } from "./run-store.ts";
import { type Emitted, trainMember } from "./train-member.ts";

/** A member to train: everything that differs from member to member. */
export interface MemberJob {
  readonly member: number;
  /** [training rows] */
  readonly sampleWeights: Float64Array;
  /** Weights to begin with, instead of fresh ones. */
  readonly start: WeightValues | undefined;
  /** Goes on from here. */
  readonly from: MemberCheckpoint | undefined;
  save(checkpoint: MemberCheckpoint): Promise<void>;
}

export type TrainedMember =
  | { readonly finished: true; readonly weights: WeightValues; readonly bestEpoch: number; readonly logits: MemberLogits }
  | { readonly finished: false };

/** Trains the members of a run, here or in other threads. */
export interface MemberTrainer {
  /** Trains one member to the end, or to where the run's control stops it, and runs it on every split. */
  train(job: MemberJob): AsyncGenerator<Emitted, TrainedMember>;
  /** Called when the run ends, however it ends. */
  close?(): Promise<void>;
}

export interface TrainerOptions {
  readonly config: ResolvedConfig;
  readonly data: LoadedDataset;
  readonly container: DependencyContainer;
  readonly scheme: Required<Pick<EnsembleScheme, "draw">>;
  readonly control: RunControl;
  /** Logits [training rows, classes] of the vote of a run that a loss names as its teacher. */
  readonly teacherLogits?: ((folder: string) => Promise<Float32Array>) | undefined;
}

/** Trains in this thread, one member after the other. */
export function trainHere({ config, data, container, scheme, control, teacherLogits: logitsOf }: TrainerOptions): MemberTrainer {
  return {
    async *train({ member, sampleWeights, start, from, save }) {
      const settings = settingsOf(config, member);
      const parts = memberParts({ config, container }, settings, data.labels.length);
      const teacherLogits = parts.loss.teacher === undefined ? undefined : await logitsOf?.(parts.loss.teacher);
      const model = buildMember({ config, data, container }, member, settings);
      try {
        if (!from && start) writeWeights(model, start);
        const task = { run: config, data, scheme, control, member, settings, parts, teacherLogits, model, sampleWeights, from, save };
        const outcome = yield* trainMember(task);
        if (!outcome.finished) return outcome;
        return { ...outcome, logits: await memberLogits({ config, data }, model) };
      } finally {
        model.dispose();
      }
    },
  };
}

/** The member's net with fresh weights; the same seed gives every member weights of its own. */
export function buildMember(
  { config, data, container }: Pick<TrainerOptions, "config" | "data" | "container">,
  member: number,
  settings: MemberConfig,
): tf.LayersModel {
  return container
    .resolve(ARCHITECTURES)
    .create(settings.architecture, `member ${member}`)
    .build({
      inputShape: data.shape,
      classes: data.labels.length,
      binarizer: container.resolve(BINARIZERS).create(settings.binarizer, `member ${member}`),
      seed: deriveSeed(config.seed, "weights", member),
    });
}

/**
 * The model's logits on every split.
 * @param onRows called after each batch, with the rows done of all splits together
 */
export async function memberLogits(
  { config, data }: Pick<TrainerOptions, "config" | "data">,
  model: tf.LayersModel,
  onRows?: (done: number, total: number) => void | Promise<void>,
): Promise<MemberLogits> {
  const { train, validation, test } = data;
  const total = [train, validation, test].reduce((sum, split) => sum + (split?.labels.length ?? 0), 0);
  let done = 0;
  const onSplit = async (split: LoadedDataset["train"]): Promise<Float32Array> => {
    const before = done;
    const onBatch = (rows: number): void | Promise<void> => onRows?.(before + rows, total);
    done += split.labels.length;
    return await predictLogits(model, split, allRows(split.labels.length), { batchSize: partRows(config), shape: data.shape, onBatch });
  };
  const onTrain = await onSplit(train);
  const onValidation = validation && (await onSplit(validation));
  return { train: onTrain, test: await onSplit(test), ...(onValidation ? { validation: onValidation } : {}) };
}
