// The events of a run, as plain JSON. The dashboard, the log file, reports and tests all read these and nothing else. `clock` holds
// everything that depends on the machine's speed; without it, the events are a function of the run's configuration, so two runs can be
// compared byte by byte.

import type { ProfileRow } from "./backend.ts";
import type { MetricInfo } from "./metric.ts";

/** Values of one metric of an ensemble's votes, by voter name. */
export type ByVoter = Readonly<Record<string, number>>;

/** Values by metric name. */
export type ByMetric<T = number> = Readonly<Record<string, T>>;

/** What is known about a member before training. */
export interface MemberPlan {
  readonly member: number;
  /** For example `nin width=0.5`. */
  readonly architecture: string;
  readonly binarizer: string;
  readonly epochs: number;
  /** Batches per epoch. */
  readonly steps: number;
  readonly learningRate: number;
  readonly parameters: number;
  /** Size of the weights in bytes, with 1 bit per weight of a 1-bit kernel and 32 bits for everything else. */
  readonly bytes: number;
  /** Size of the real-valued twin in bytes: 32 bits per weight. */
  readonly realBytes: number;
}

/** Ends a run before its last member when the vote stops improving. */
export interface StopRule {
  /** Name of the run's first metric of votes. */
  readonly metric: string;
  readonly on: "validation" | "outOfBag";
  /** Number of consecutive voting members without an improvement. */
  readonly patience: number;
  /** An improvement must exceed this, in the metric's unit; with 0, any improvement counts. */
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
  /** Metrics of this run that apply to its number of classes; summaries show the first one. */
  readonly metrics: readonly MetricInfo[];
  readonly members: readonly MemberPlan[];
  /** Epochs of pretraining on uniform sample weights before the first member; 0 for none. */
  readonly pretrainEpochs: number;
  /** Absent: all members are trained unless the scheme stops. */
  readonly stopWhen?: StopRule;
}

/** Members that were added during the run or after its end. They are configured like the last planned member. */
export interface MembersAdded {
  readonly type: "members-added";
  /** Members trained before the change took effect; it takes effect between two members. */
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

/** Emitted about twenty times per epoch; values are means since the epoch began. */
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
  /** Of the last batch; only metrics that are measured during training. */
  readonly metrics: ByMetric;
}

export interface EpochDone {
  readonly type: "epoch";
  readonly member: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the epoch's batches. */
  readonly loss: number;
  /** On the epoch's rows while training on them; only metrics that are measured during training. */
  readonly metrics: ByMetric;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
}

/** Bit statistics of one binary layer. */
export interface LayerBits {
  readonly layer: string;
  /** Number of 1-bit weights of its kernel. */
  readonly weights: number;
  /** Share of them whose sign differs from the start of the epoch. */
  readonly flipped: number;
  /**
   * Share of the layer's real inputs beyond ±1, where the straight-through estimator passes no gradient. Absent if its inputs are not 1
   * bit.
   */
  readonly saturated?: number;
  /**
   * Number of input channels, and how many of them have a single sign at every position of every measured image: the filters that produce
   * them are dead.
   */
  readonly channels?: number;
  readonly dead?: number;
}

/**
 * Emitted after each epoch of a network with binary kernels. Measured on its first training images, with the weights as they would be
 * scored.
 */
export interface BitsMeasured {
  readonly type: "bits";
  readonly member: number;
  readonly epoch: number;
  /** In the order of the model. */
  readonly layers: readonly LayerBits[];
}

/** A request of the user to a running member, at the point where it took effect: `benn verify` repeats it at the same point. */
export interface Steered {
  readonly type: "steer";
  readonly member: number;
  readonly epoch: number;
  /** Steps of the epoch done before it. */
  readonly step: number;
  /** `learning-rate`: multiplies the member's learning rate by `factor` from here on. `end-member`: this epoch is the member's last. */
  readonly action: "learning-rate" | "end-member";
  readonly factor?: number;
}

export interface Scored {
  readonly type: "score";
  readonly member: number;
  readonly epoch: number;
  readonly on: "draw" | "validation";
  /** Name and value of the metric that selects the best epoch. */
  readonly metric: string;
  readonly value: number;
  /** Whether these weights are the best so far and were kept. */
  readonly best: boolean;
}

/** One number per split. */
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
  /** Metrics of this member alone. */
  readonly metrics: ByMetric<BySplit>;
  /** Why the scheme rejected the member. */
  readonly reject?: string;
  /** Why the scheme stops after this member. */
  readonly stop?: string;
}

/** One metric of the vote of the first members, and of single members. */
export interface StagedMetric {
  readonly validation?: ByVoter;
  readonly test: ByVoter;
  /** Values of the newest member alone and the mean over the members so far, on the test split; older logs lack them for top-5 accuracy. */
  readonly single?: number;
  readonly singleMean?: number;
  /** On training rows, each classified only by members that neither saw it nor started from one that did, with the run's voter. */
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

/** Reading data, downloading, scoring. Not written to the log. */
export interface Progress {
  readonly type: "progress";
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/**
 * A request of the user to a running run, once it has taken effect. Not in events.jsonl: pauses, their ends, and added members are in
 * control.jsonl.
 */
export interface Controlled {
  readonly type: "control";
  readonly state: "running" | "paused" | "stopping";
  /** The new number of members, if more were requested. `members-added` follows when the current member is done. */
  readonly members?: number;
}

/** Profile of the training engine's kernels, on request. Not written to the log. */
export interface Profiled {
  readonly type: "profile";
  readonly member: number;
  /** Number of training steps that were timed; the other numbers are averages per step. */
  readonly steps: number;
  /** Total of all kernels. */
  readonly milliseconds: number;
  /** Sorted by descending time. */
  readonly rows: readonly ProfileRow[];
  /** Why nothing was timed. */
  readonly refused?: string;
}

/** Who trains members, where other machines do. Shown only: a log does not depend on who trained. */
export interface MembersElsewhere {
  readonly type: "workers";
  /** That are there for this run, and for others like it. */
  readonly workers: number;
  /** Jobs that no worker has yet, of this run and of others. */
  readonly waiting: number;
  /** How often a worker has taken a member of this run over from another. */
  readonly retaken: number;
  readonly members: readonly {
    readonly member: number;
    readonly worker: string;
    /** Since it was last heard of. */
    readonly silentSeconds: number;
  }[];
}

export interface RunEnd {
  readonly type: "run-end";
  /**
   * `stopped-early`: by `stopWhen`, since the vote did not improve. `interrupted`: stopped by the user and saved; `benn train --resume RUN`
   * continues it.
   */
  readonly reason: "finished" | "stopped-by-scheme" | "stopped-early" | "interrupted";
  /** The reason in a sentence, if the run was stopped by the scheme or early. */
  readonly message?: string;
  /** Number of members that vote. */
  readonly members: number;
}

/** Clock readings, left out when runs are compared. */
export interface ClockReadings {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Training speed over the epoch so far. */
  readonly imagesPerSecond?: number;
  /** Duration of the work that the event reports. */
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
  | MembersElsewhere
  | RunEnd;

export type RunEvent = RunEventBody & { readonly clock: ClockReadings };
