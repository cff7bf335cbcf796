// Messages between the page and its engine, a worker.
import type { ImageInput, Vote, VoteName } from "@benn/packed";
import type { TestResults, TrustedPrediction } from "@benn/packed/trust";

/** What the page shows of a model. */
export interface ModelFacts {
  readonly shape: readonly [number, number, number];
  readonly labels: readonly string[];
  readonly voter: VoteName;
  readonly members: readonly { readonly architecture: string; readonly alpha: number }[];
  /** Of the file. */
  readonly bytes: number;
  /** Whether a soft vote may stop early. */
  readonly hasLead: boolean;
  readonly testResults: TestResults | undefined;
}

export interface Question {
  readonly image: ImageInput;
  readonly voter: VoteName;
  /** Only the first members vote, this many. */
  readonly members: number;
  readonly anytime: boolean;
}

export interface Answer {
  readonly prediction: TrustedPrediction;
  /** Every member's own vote, including members that the vote skipped. */
  readonly votes: readonly Vote[];
  /** Time of the requested vote. */
  readonly milliseconds: number;
}

export type Request =
  | { readonly type: "load"; readonly bytes: ArrayBuffer }
  | { readonly type: "classify"; readonly id: number; readonly question: Question }
  | { readonly type: "time"; readonly image: ImageInput; readonly members: number; readonly rounds: number };

export type Reply =
  | { readonly type: "model"; readonly facts: ModelFacts }
  | { readonly type: "answer"; readonly id: number; readonly answer: Answer }
  | { readonly type: "timing"; readonly done: number; readonly rounds: number }
  | { readonly type: "timed"; readonly milliseconds: number; readonly perSecond: number }
  | { readonly type: "failed"; readonly what: Request["type"]; readonly message: string };
