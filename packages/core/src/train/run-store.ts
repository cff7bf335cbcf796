import type { LayersModel } from "@tensorflow/tfjs";
import type { BySplit, RunEvent } from "../events.ts";
import type { WeightValues } from "./model-weights.ts";
import type { Emitted } from "./emitted.ts";

/** A trained member, as it is kept. */
export interface MemberRecord {
  readonly member: number;
  readonly bestEpoch: number;
  readonly error: number;
  /** Absent: dropped by the scheme, has no vote. */
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

/** The member in training, complete enough to go on with the same bytes. */
export interface MemberCheckpoint {
  /** Epochs done, and steps done in the next one. All of its steps: that epoch's event is out, and what is left is to score it. */
  readonly epoch: number;
  readonly step: number;
  /** Sums over the steps of the unfinished epoch. */
  readonly lossSum: number;
  readonly metricSums: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly bestEpoch: number;
  /** Of the metric that the best epoch is chosen by. */
  readonly bestScore: number;
  readonly optimizerStep: number;
  readonly weights: WeightValues;
  readonly best: WeightValues;
  /** The optimizer's, by slot, and `weight-average`: moving averages of the weights, if there are. */
  readonly slots: Readonly<Record<string, WeightValues>>;
  /** What the user changed of the member: the factor of its learning rate, and the epoch after which it ends; absent: nothing. */
  readonly steering?: MemberSteering | undefined;
  /** Kinds of warnings that were said of the member; absent: none. */
  readonly warned?: readonly string[];
}

export interface MemberSteering {
  readonly factor?: number | undefined;
  readonly epochs?: number | undefined;
}

/** Where a run stands: the members before `member` are saved, `training` is missing when it has not begun. */
export interface Checkpoint {
  /** −1 while the model that the first member starts from is trained. */
  readonly member: number;
  readonly training?: MemberCheckpoint;
}

/** A member in training behind which others still train: its checkpoint, and what it said so far, which the log does not hold yet. */
export interface AheadCheckpoint {
  readonly training: MemberCheckpoint;
  readonly events: readonly Emitted[];
}

/** Keeps a run. Every method returns when the thing is safely kept. */
export interface RunStore {
  readonly name: string;
  append(event: RunEvent): Promise<void>;
  /** Also remembers how much of the event log it covers. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** Of a member that trains while earlier ones do; gone once the member is saved. */
  saveAhead(member: number, ahead: AheadCheckpoint): Promise<void>;
  loadAhead(member: number): Promise<AheadCheckpoint | undefined>;
  /** Of all members: none of them is trained any more. */
  removeAhead(): Promise<void>;
  /** The last checkpoint, with the event log cut back to what it covers; undefined for a run that has none. */
  restore(): Promise<Checkpoint | undefined>;
  /** How many members the log has announced, also those that were added later; undefined where it does not say. */
  announcedMembers(): Promise<number | undefined>;
  saveMember(record: MemberRecord, parts: { model: LayersModel; weights: WeightValues; logits: MemberLogits }): Promise<void>;
  loadMember(member: number): Promise<{ record: MemberRecord; weights: WeightValues; logits: MemberLogits }>;
  /** The model that the first sequential member starts from. */
  saveStart(model: LayersModel, weights: WeightValues): Promise<void>;
  loadStart(): Promise<WeightValues>;
  saveSampleWeights(member: number, sampleWeights: Float64Array): Promise<void>;
  loadSampleWeights(member: number): Promise<Float64Array>;
}
