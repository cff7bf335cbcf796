import type * as tf from "../tensorflow.ts";
import type { DependencyContainer } from "tsyringe";
import { ARCHITECTURES } from "../architecture.ts";
import type { Backend } from "../backend.ts";
import { type Binarizer, BINARIZERS } from "../binarizer.ts";
import type { LoadedDataset, Split, SplitName } from "../dataset.ts";
import type { EnsembleScheme, EnsembleSum } from "../ensemble-scheme.ts";
import { deriveSeed } from "../random.ts";
import type { RunControl } from "../run-control.ts";
import { nameOf } from "./memory-advice.ts";
import { memberParts } from "./member-parts.ts";
import { partRows } from "./part-rows.ts";
import { type WeightValues, writeWeights } from "./model-weights.ts";
import { allRows, predictLogits } from "./predict-logits.ts";
import { type MemberConfig, type ResolvedConfig, settingsOf } from "./resolve-config.ts";
import type { MemberCheckpoint, MemberLogits } from "./run-store.ts";
import type { Emitted } from "./emitted.ts";
import type { OpenTeacherLogits, TeacherLogits } from "./teacher-logits.ts";
import { trainMember } from "./train-member.ts";
import { watchScoring } from "./watch-scoring.ts";

/** A member to train: everything that differs from member to member. */
export interface MemberJob {
  readonly member: number;
  /** [training rows] */
  readonly sampleWeights: Float64Array;
  /** The members before it, if the scheme is additive. */
  readonly ensemble?: EnsembleSum | undefined;
  /** Initial weights, instead of fresh ones. */
  readonly start: WeightValues | undefined;
  /** Checkpoint to resume from. */
  readonly from: MemberCheckpoint | undefined;
  save(checkpoint: MemberCheckpoint): Promise<void>;
}

export type TrainedMember =
  | { readonly finished: true; readonly weights: WeightValues; readonly bestEpoch: number; readonly logits: MemberLogits }
  | { readonly finished: false };

/** Trains the members of a run, in this thread or elsewhere. */
export interface MemberTrainer {
  /** Trains one member to the end and runs it on every split, unless the run's control stops it earlier. */
  train(job: MemberJob): AsyncGenerator<Emitted, TrainedMember>;
  /** Drops members in training: the run ends before them. Absent: there are never any. */
  discard?(): void;
  /**
   * Called when the run ends for any reason.
   * @param ended whether the run is complete and will not be resumed
   */
  close?(ended?: boolean): Promise<void>;
}

export interface TrainerOptions {
  readonly config: ResolvedConfig;
  readonly data: LoadedDataset;
  readonly container: DependencyContainer;
  readonly scheme: Required<Pick<EnsembleScheme, "draw">>;
  readonly control: RunControl;
  /** Opens the logits of a run that a loss names as its teacher. */
  readonly teacherLogits?: OpenTeacherLogits | undefined;
  /** Of the active backend. */
  readonly profile?: Backend["profile"];
}

/** Trains in this thread, one member after the other. */
export function trainHere({
  config,
  data,
  container,
  scheme,
  control,
  teacherLogits: openTeacher,
  profile,
}: TrainerOptions): MemberTrainer {
  return {
    async *train({ member, sampleWeights, ensemble, start, from, save }) {
      const settings = settingsOf(config, member);
      const parts = memberParts({ config, container }, settings, data.labels.length);
      const model = buildMember({ config, data, container }, member, settings);
      let teacherLogits: TeacherLogits | undefined;
      try {
        if (parts.loss.teacher !== undefined) teacherLogits = await openTeacher?.(parts.loss.teacher);
        if (!from && start) writeWeights(model, start);
        const task = {
          run: config,
          data,
          profile,
          scheme,
          control,
          member,
          settings,
          parts,
          teacherLogits,
          model,
          sampleWeights,
          ensemble,
          from,
          save,
        };
        const outcome = yield* trainMember(task);
        if (!outcome.finished) return outcome;
        const scoring = { what: `scoring ${nameOf(member)}`, total: countRows(data), control };
        const logits = yield* watchScoring(memberLogits({ config, data }, model, member), scoring);
        return logits ? { ...outcome, logits } : { finished: false }; // its last checkpoint is that of the last epoch
      } finally {
        teacherLogits?.close();
        model.dispose();
      }
    },
  };
}

/** What a member's network is built from. */
export interface BuildTask extends Pick<TrainerOptions, "config" | "data" | "container"> {
  /**
   * Replaces the member's binarizer by one of the same bits for its layers, to disturb what they compute. Default: the binarizer itself.
   */
  adaptBinarizer?(own: Binarizer): Binarizer;
}

/** The member's network with fresh weights; from one seed, every member gets different weights. */
export function buildMember(
  { config, data, container, adaptBinarizer }: BuildTask,
  member: number,
  settings: MemberConfig,
): tf.LayersModel {
  const binarizer = container.resolve(BINARIZERS).create(settings.binarizer, `member ${member}`);
  return container
    .resolve(ARCHITECTURES)
    .create(settings.architecture, `member ${member}`)
    .build({
      inputShape: data.shape,
      classes: data.labels.length,
      binarizer: adaptBinarizer?.(binarizer) ?? binarizer,
      seed: deriveSeed(config.seed, "weights", member),
    });
}

/** The model's logits on every split. Yields the rows done, of all splits together. */
export async function* memberLogits(
  { config, data }: Pick<TrainerOptions, "config" | "data">,
  model: tf.LayersModel,
  member: number,
): AsyncGenerator<number, MemberLogits> {
  const { train, validation, test, shape, labels } = data;
  let before = 0;
  const onSplit = (split: Split, of: string): AsyncGenerator<number, Float32Array> => {
    const who = `${nameOf(member)}, ${of} images`;
    const rows = allRows(split.labels.length);
    const scoring = predictLogits(model, split, rows, { who, batchSize: partRows(config), shape, classes: labels.length, before });
    before += rows.length;
    return scoring;
  };
  const onTrain = yield* onSplit(train, "training");
  const onValidation = validation && (yield* onSplit(validation, "validation"));
  return { train: onTrain, test: yield* onSplit(test, "test"), ...(onValidation ? { validation: onValidation } : {}) };
}

/** Rows of all splits together. */
export function countRows({ train, validation, test }: Pick<LoadedDataset, SplitName>): number {
  return train.labels.length + (validation?.labels.length ?? 0) + test.labels.length;
}
