// What a run says while it goes, as plain JSON: the dashboard, the log file, reports and tests all read these and
// nothing else. `clock` holds everything that depends on the machine's speed; without it the events of a run are a
// function of its configuration, so two runs can be compared byte by byte.

import type { ProfileRow } from "./backend.ts";
import type { MetricInfo } from "./metric.ts";

/** A metric of one ensemble's votes, by the name of the voter. */
export type ByVoter = Readonly<Record<string, number>>;

/** Numbers by the name of the metric. */
export type ByMetric<T = number> = Readonly<Record<string, T>>;

/** What a member will be, known before training. */
export interface MemberPlan {
  readonly member: number;
  /** For example `nin width=0.5`. */
  readonly architecture: string;
  readonly binarizer: string;
  readonly epochs: number;
  /** Batches an epoch. */
  readonly steps: number;
  readonly learningRate: number;
  readonly parameters: number;
  /** Bytes of the weights when 1-bit kernels take a bit a weight and everything else 32 bits. */
  readonly bytes: number;
  /** Bytes of the real-valued twin: every weight 32 bits. */
  readonly realBytes: number;
}

/** What ends a run before its last member: a vote that has not risen. */
export interface StopRule {
  /** Name of the run's first metric of votes. */
  readonly metric: string;
  readonly on: "validation" | "outOfBag";
  /** Voting members in a row without a rise. */
  readonly patience: number;
  /** What a rise has to exceed, in the metric's unit; 0: any counts. */
  readonly minDelta: number;
}

export interface RunStart {
  readonly type: "run-start";
  /** Name of the run folder. */
  readonly run: string;
  readonly seed: number;
  readonly backend: string;
  readonly dataset: {
    readonly name: string;
    readonly train: number;
    readonly validation: number;
    readonly test: number;
    readonly labels: readonly string[];
  };
  readonly scheme: string;
  readonly mode: "sequential" | "independent";
  readonly voter: string;
  readonly batchSize: number;
  /** The metrics of this run that apply to its classes; the first is the one that a summary names. */
  readonly metrics: readonly MetricInfo[];
  readonly members: readonly MemberPlan[];
  /** Epochs of the model trained on uniform weights before the first member; 0 for none. */
  readonly pretrainEpochs: number;
  /** Absent: all members are trained, unless the scheme stops. */
  readonly stopWhen?: StopRule;
}

/** Members that were asked for while the run was on its way, or when it was over. They are like the last one that was planned. */
export interface MembersAdded {
  readonly type: "members-added";
  /** Members that were trained before it took effect: it does between two members. */
  readonly after: number;
  readonly members: readonly MemberPlan[];
}

export interface MemberStart {
  readonly type: "member-start";
  /** −1 is the pretrained model that the first sequential member starts from. */
  readonly member: number;
  readonly epochs: number;
  readonly steps: number;
}

/** About twenty an epoch: means since the epoch began. */
export interface StepDone {
  readonly type: "step";
  readonly member: number;
  /** From 0. */
  readonly epoch: number;
  /** Steps done in this epoch, from 1. */
  readonly step: number;
  readonly steps: number;
  /** Loss of the last batch. */
  readonly loss: number;
  /** Of the last batch; those that are measured while training. */
  readonly metrics: ByMetric;
}

export interface EpochDone {
  readonly type: "epoch";
  readonly member: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the epoch's batches. */
  readonly loss: number;
  /** Of the epoch's rows while training on them; those that are measured while training. */
  readonly metrics: ByMetric;
  /** Of its last step. */
  readonly learningRate: number;
}

/** What the bits of one binary layer do. */
export interface LayerBits {
  readonly layer: string;
  /** 1-bit weights of its kernel. */
  readonly weights: number;
  /** Share of them whose sign is not what it was when the epoch began. */
  readonly flipped: number;
  /** Share of the values it binarizes that are beyond ±1: the straight-through estimator passes no gradient there. Absent: its inputs are not 1 bit. */
  readonly saturated?: number;
  /** Input channels, and how many of them have one sign at every place of every image looked at: the filters they come from are dead. */
  readonly channels?: number;
  readonly dead?: number;
}

/** After each epoch of a net with binary kernels, in the form in which it would be scored, on its first training images. */
export interface BitsMeasured {
  readonly type: "bits";
  readonly member: number;
  readonly epoch: number;
  /** In the model's order. */
  readonly layers: readonly LayerBits[];
}

/** What the user asked of a running member, where it took effect: a run that is verified does the same at the same place. */
export interface Steered {
  readonly type: "steer";
  readonly member: number;
  readonly epoch: number;
  /** Steps of the epoch that were done before it. */
  readonly step: number;
  /** `learning-rate`: from here on the member's is `factor` times what it was. `end-member`: this epoch is its last. */
  readonly action: "learning-rate" | "end-member";
  readonly factor?: number;
}

export interface Scored {
  readonly type: "score";
  readonly member: number;
  readonly epoch: number;
  readonly on: "draw" | "validation";
  /** Name and value of the metric that the best epoch is chosen by. */
  readonly metric: string;
  readonly value: number;
  /** Whether these weights are the best so far and kept. */
  readonly best: boolean;
}

/** A number for each split. */
export interface BySplit {
  readonly train: number;
  readonly validation?: number;
  readonly test: number;
}

export interface MemberDone {
  readonly type: "member-end";
  readonly member: number;
  readonly bestEpoch: number;
  /** Weighted training error ε = Σ w·wrong / Σ w. */
  readonly error: number;
  /** Vote weight; absent when the scheme rejected the member. */
  readonly alpha?: number;
  /** Of the member alone. */
  readonly metrics: ByMetric<BySplit>;
  /** Why the scheme rejected the member. */
  readonly reject?: string;
  /** Why the scheme stops after this member. */
  readonly stop?: string;
}

/** A metric of the vote of some members, and of the members alone. */
export interface StagedMetric {
  readonly validation?: ByVoter;
  readonly test: ByVoter;
  /** Of the newest member alone, and the mean over the members so far, on the test split; not known of top-5 accuracy in older logs. */
  readonly single?: number;
  readonly singleMean?: number;
  /** On training rows, each voted on only by members that never saw it, nor started from one that did, with the run's voter. */
  readonly outOfBag?: number;
}

/** The vote of the first `members` members. */
export interface Staged {
  readonly type: "staged";
  readonly members: number;
  readonly metrics: ByMetric<StagedMetric>;
}

export interface Warned {
  readonly type: "warning";
  readonly member?: number;
  readonly message: string;
}

/** Not written to the log: reading data, downloading, scoring. */
export interface Progress {
  readonly type: "progress";
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** What the user asked of a running run, once it has taken effect. Not in events.jsonl: pauses, their ends, and members to add stand in control.jsonl. */
export interface Controlled {
  readonly type: "control";
  readonly state: "running" | "paused" | "stopping";
  /** How many members the run is to have: more were asked for. `members-added` follows when the member in training is done. */
  readonly members?: number;
}

/** Kernels of the training engine, timed when somebody asked for it. Not written to the log. */
export interface Profiled {
  readonly type: "profile";
  readonly member: number;
  /** Training steps that were timed; the numbers are those of one, on average. */
  readonly steps: number;
  /** Of all kernels together. */
  readonly milliseconds: number;
  /** The longest first. */
  readonly rows: readonly ProfileRow[];
  /** Why none was timed. */
  readonly refused?: string;
}

export interface RunEnd {
  readonly type: "run-end";
  /**
   * `stopped-early`: by `stopWhen`, since the vote has not risen. `interrupted`: stopped by the user and saved; `benn train --resume RUN`
   * goes on.
   */
  readonly reason: "finished" | "stopped-by-scheme" | "stopped-early" | "interrupted";
  /** Why, in a sentence, if it was stopped by the scheme or early. */
  readonly message?: string;
  /** Members that vote. */
  readonly members: number;
}

/** Clock readings, left out when runs are compared. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Training speed over the epoch so far. */
  readonly imagesPerSecond?: number;
  /** What the event's work took. */
  readonly seconds?: number;
}

export type RunEventBody =
  | RunStart
  | MembersAdded
  | MemberStart
  | StepDone
  | EpochDone
  | BitsMeasured
  | Steered
  | Scored
  | MemberDone
  | Staged
  | Warned
  | Progress
  | Controlled
  | Profiled
  | RunEnd;

export type RunEvent = RunEventBody & { readonly clock: Clock };
