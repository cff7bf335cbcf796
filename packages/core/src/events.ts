// What a run says while it goes, as plain JSON: the dashboard, the log file, reports and tests all read these and
// nothing else. `clock` holds everything that depends on the machine's speed; without it the events of a run are a
// function of its configuration, so two runs can be compared byte by byte.

/** Accuracies of one ensemble, by the name of the voter. In [0, 1]. */
export type AccuracyByVoter = Readonly<Record<string, number>>;

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
  readonly members: readonly MemberPlan[];
  /** Epochs of the model trained on uniform weights before the first member; 0 for none. */
  readonly pretrainEpochs: number;
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
  /** Shares of the last batch's rows classified right, and whose label is among the first five; the latter with more than ten classes. */
  readonly accuracy?: number;
  readonly top5?: number;
}

export interface EpochDone {
  readonly type: "epoch";
  readonly member: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Mean over the epoch's batches. */
  readonly loss: number;
  /** Share of the epoch's rows classified right while training on them. */
  readonly accuracy: number;
  readonly learningRate: number;
}

export interface Scored {
  readonly type: "score";
  readonly member: number;
  readonly epoch: number;
  readonly on: "draw" | "validation";
  readonly accuracy: number;
  /** Whether these weights are the best so far and kept. */
  readonly best: boolean;
}

/** A number for each split. */
export interface BySplit {
  readonly train: number;
  readonly validation?: number;
  readonly test: number;
}

/** Accuracy of a single member on each split, in [0, 1]. */
export type SplitAccuracy = BySplit;

export interface MemberDone {
  readonly type: "member-end";
  readonly member: number;
  readonly bestEpoch: number;
  /** Weighted training error ε = Σ w·wrong / Σ w. */
  readonly error: number;
  /** The member's say; absent when the scheme dropped it. */
  readonly alpha?: number;
  readonly accuracy: SplitAccuracy;
  /** Top-5 accuracy, where there are more than ten classes. */
  readonly top5?: SplitAccuracy;
  /** Mean cross-entropy. */
  readonly loss?: BySplit;
  /** Why the scheme stops after this member. */
  readonly stop?: string;
}

/** The vote of the first `members` members. */
export interface Staged {
  readonly type: "staged";
  readonly members: number;
  readonly validation?: AccuracyByVoter;
  readonly test: AccuracyByVoter;
  /** Top-5 accuracies of the same votes, where there are more than ten classes. */
  readonly top5?: { readonly validation?: AccuracyByVoter; readonly test: AccuracyByVoter };
  /** Accuracy of the newest member alone and the mean over the members so far, on the test split. */
  readonly single: number;
  readonly singleMean: number;
  /** Accuracy on training rows, each voted on only by members that never saw it, with the run's voter. */
  readonly outOfBag?: number;
}

export interface Warned {
  readonly type: "warning";
  readonly member?: number;
  readonly message: string;
}

/** Not written to the log: reading data, downloading. */
export interface Progress {
  readonly type: "progress";
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Not written to the log: what the user asked of a running run, once it has taken effect. */
export interface Controlled {
  readonly type: "control";
  readonly state: "running" | "paused" | "stopping";
}

export interface RunEnd {
  readonly type: "run-end";
  /** `interrupted`: stopped by the user and saved; `benn train --resume RUN` goes on. */
  readonly reason: "finished" | "stopped-by-scheme" | "interrupted";
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
  | MemberStart
  | StepDone
  | EpochDone
  | Scored
  | MemberDone
  | Staged
  | Warned
  | Progress
  | Controlled
  | RunEnd;

export type RunEvent = RunEventBody & { readonly clock: Clock };
