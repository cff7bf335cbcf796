import type { LayersModel } from "../tensorflow.ts";
import type { BySplit, RunEvent } from "../events.ts";
import type { WeightValues } from "./model-weights.ts";
import type { Emitted } from "./emitted.ts";

/** A trained member, as it is stored. */
export interface MemberRecord {
  readonly member: number;
  readonly bestEpoch: number;
  readonly error: number;
  /** Absent: the scheme rejected the member, so it does not vote. */
  readonly alpha?: number;
  /** By metric. */
  readonly metrics: Readonly<Record<string, BySplit>>;
}

/** Logits [rows, classes] of one member on each split. */
export interface MemberLogits {
  readonly train: Float32Array;
  readonly validation?: Float32Array;
  readonly test: Float32Array;
}

/** The state of the member in training, complete enough to resume with the same bytes. */
export interface MemberCheckpoint {
  /**
   * Epochs done, and steps done in the next one. If these are all of its steps, that epoch's event was emitted and only its scoring
   * remains.
   */
  readonly epoch: number;
  readonly step: number;
  /** Sums over the steps of the unfinished epoch. */
  readonly lossSum: number;
  readonly metricSums: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly bestEpoch: number;
  /** Of the metric that selects the best epoch. */
  readonly bestScore: number;
  readonly optimizerStep: number;
  readonly weights: WeightValues;
  readonly best: WeightValues;
  /** Those of the optimizer, by slot, and `weight-average`, the moving averages of the weights, if there are any. */
  readonly slots: Readonly<Record<string, WeightValues>>;
  /** The user's changes to the member: the factor of its learning rate, and the epoch after which it ends; absent: none. */
  readonly steering?: MemberSteering | undefined;
  /** Kinds of warnings already emitted for the member; absent: none. */
  readonly warned?: readonly string[];
}

export interface MemberSteering {
  readonly factor?: number | undefined;
  readonly epochs?: number | undefined;
}

/** The position of a run: members before `member` are saved; `training` is missing if that one has not begun. */
export interface Checkpoint {
  /** −1 while the model that the first member starts from is trained. */
  readonly member: number;
  readonly training?: MemberCheckpoint;
}

/** The checkpoint of a member that trains while an earlier one is still in training, with its events, which are not in the log yet. */
export interface AheadCheckpoint {
  readonly training: MemberCheckpoint;
  readonly events: readonly Emitted[];
}

/** Stores a run. Every method returns once its data are safely stored. */
export interface RunStore {
  readonly name: string;
  append(event: RunEvent): Promise<void>;
  /** Also records how much of the event log the checkpoint covers. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** Of a member that trains while earlier ones do; removed once the member is saved. */
  saveAhead(member: number, ahead: AheadCheckpoint): Promise<void>;
  loadAhead(member: number): Promise<AheadCheckpoint | undefined>;
  /** Of all members: none of them is being trained any more. */
  removeAhead(): Promise<void>;
  /** The last checkpoint, with the event log truncated to what it covers; undefined if there is none. */
  restore(): Promise<Checkpoint | undefined>;
  /** How many members the log has announced, including those added later; undefined if it does not say. */
  announcedMembers(): Promise<number | undefined>;
  saveMember(record: MemberRecord, parts: { model: LayersModel; weights: WeightValues; logits: MemberLogits }): Promise<void>;
  loadMember(member: number): Promise<{ record: MemberRecord; weights: WeightValues; logits: MemberLogits }>;
  /** The model that the first sequential member starts from. */
  saveStart(model: LayersModel, weights: WeightValues): Promise<void>;
  loadStart(): Promise<WeightValues>;
  saveSampleWeights(member: number, sampleWeights: Float64Array): Promise<void>;
  loadSampleWeights(member: number): Promise<Float64Array>;
}
