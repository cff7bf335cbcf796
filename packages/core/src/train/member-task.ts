import type * as tf from "../tensorflow.ts";
import type { Backend } from "../backend.ts";
import type { LoadedDataset } from "../dataset.ts";
import type { EnsembleScheme, EnsembleSum } from "../ensemble-scheme.ts";
import type { RunControl } from "../run-control.ts";
import type { MemberParts } from "./member-parts.ts";
import type { MemberConfig, ResolvedConfig } from "./resolve-config.ts";
import type { MemberCheckpoint } from "./run-store.ts";
import type { TeacherLogits } from "./teacher-logits.ts";

/** Everything needed to train a member. */
export interface MemberTask {
  /** −1 for the model that the first sequential member starts from. */
  readonly member: number;
  readonly settings: MemberConfig;
  readonly run: ResolvedConfig;
  /** Holds the initial weights, and at the end the best ones. The caller disposes it. */
  readonly model: tf.LayersModel;
  readonly data: LoadedDataset;
  readonly scheme: Required<Pick<EnsembleScheme, "draw">>;
  readonly parts: MemberParts;
  /** Present if the loss has a teacher. */
  readonly teacherLogits?: TeacherLogits | undefined;
  /** If the scheme is additive. */
  readonly ensemble?: EnsembleSum | undefined;
  /** Sample weights [training rows]. */
  readonly sampleWeights: Float64Array;
  readonly control: RunControl;
  /** Checkpoint to resume from. */
  readonly from: MemberCheckpoint | undefined;
  /** Of the active backend: times the kernels of a step. */
  readonly profile?: Backend["profile"];
  save(checkpoint: MemberCheckpoint): Promise<void>;
}
