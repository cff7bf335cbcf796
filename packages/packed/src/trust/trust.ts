import type { VoteName } from "../graph.ts";
import type { ImageInput } from "../image.ts";
import { PackedError } from "../packed-error.ts";
import type { PackedModel, Prediction, Vote } from "../packed-model.ts";
import { addVote } from "../tally.ts";
import { classOrder, probabilitiesOf, tailsOf } from "./class-order.ts";
import { leadOf } from "./lead.ts";
import { readTrust, tailOf, type TrustData } from "./read-trust.ts";

export interface LikelyClass {
  readonly class: number;
  readonly label: string;
  /** Calibrated. */
  readonly probability: number;
}

export interface TrustOptions {
  /** Also return the set of classes that contains the right one with this probability, above 0 and below 1. */
  readonly coverage?: number;
}

export interface TrustedPrediction extends Prediction {
  /** Share of the members that ran which predict this class, in [0, 1]. */
  readonly agreement: number;
  /**
   * [classes]: softmax(scores / temperature). Absent if the temperature does not apply: members were skipped, or voted on mirror images or
   * in another way than the file's.
   */
  readonly probabilities?: Float64Array;
  /** The three most probable classes, or as many as there are. Absent like `probabilities`. */
  readonly likeliest?: readonly LikelyClass[];
  /** The classes of the set for `coverage`, the most probable first; never empty. */
  readonly set?: readonly LikelyClass[];
}

/** How many classes `likeliest` has. */
const FEW = 3;

/** How far a model's votes can be trusted, as measured on held-out rows when it was exported. */
export interface Trust {
  readonly temperature: number;
  /** Number of rows on which the temperature was fitted, and on which the sets were calibrated. */
  readonly temperatureRows: number;
  readonly coverageRows: number;
  /** What else the held-out rows were used to decide, in words: a set may then contain the right class slightly less often. */
  readonly reused: readonly string[];
  /** Whether members of a soft vote can be skipped. */
  readonly hasLead: boolean;
  /**
   * How far a prediction can be trusted.
   * @throws PackedError for an invalid coverage, or if the prediction is by another vote, of mirror images or of some members only
   */
  judge(prediction: Prediction, options?: TrustOptions): TrustedPrediction;
  /**
   * Runs members until a soft vote is nearly certain: on the held-out rows, stopping at this lead kept the class of all members on 99 % of
   * the images, with 95 % confidence. Without such a lead in the file, or with another vote, like `model.predict` with `anytime`.
   */
  predictAnytime(image: ImageInput): TrustedPrediction;
}

/** Implemented by `PackedModel` and `GpuModel`. */
export interface Trusting {
  readonly labels: readonly string[];
  readonly voter: VoteName;
  readonly trust: Uint8Array | undefined;
}

/**
 * Reads a file's own trust data.
 *
 *     const trust = openTrust(model);
 *     trust?.judge(model.predict(image), { coverage: 0.95 }).set;
 *
 * @returns undefined for a file without: it was exported from a run without held-out rows, or by an earlier version
 * @throws PackedError for damaged data, or data of a later version
 */
export function openTrust(model: PackedModel): Trust | undefined;
export function openTrust(model: Trusting): Omit<Trust, "predictAnytime"> | undefined;
export function openTrust(model: Trusting | PackedModel): Trust | undefined {
  if (!model.trust) return undefined;
  const data = readTrust(model.trust);
  const { temperature, temperatureRows, coverageRows, reused, lead } = data;
  const judge = (prediction: Prediction, options?: TrustOptions): TrustedPrediction => judgeOf(model, data, prediction, options);
  return {
    temperature,
    temperatureRows,
    coverageRows,
    reused,
    hasLead: lead !== undefined && model.voter === "soft",
    judge,
    predictAnytime(image) {
      const packed = model as PackedModel;
      const { voter } = packed;
      return judge(voter === "soft" && lead !== undefined ? stopAt(packed, lead, image) : packed.predict(image, { anytime: true }));
    },
  };
}

function judgeOf({ labels, voter }: Trusting, data: TrustData, prediction: Prediction, { coverage }: TrustOptions = {}): TrustedPrediction {
  const { scores, votes, ran, members, class: winner } = prediction;
  const agreement = votes.filter((vote) => vote.class === winner).length / ran;
  const isOwn = ran === members && prediction.voter === voter && !prediction.mirror;
  if (coverage !== undefined && !(coverage > 0 && coverage < 1))
    throw new PackedError(`trust: got a coverage of ${coverage}. Give a probability above 0 and below 1, like 0.95.`);
  if (!isOwn) {
    if (coverage === undefined) return { ...prediction, agreement };
    throw new PackedError(
      `trust: a coverage holds for the ${voter} vote of all members on the image as it is, which the file was calibrated with. Predict without voter, mirror and anytime.`,
    );
  }
  const probabilities = probabilitiesOf(scores, data.temperature);
  const order = classOrder(scores);
  const likely = (of: readonly number[]): LikelyClass[] =>
    of.map((k) => ({ class: k, label: labels[k] ?? "", probability: probabilities[k] ?? 0 }));
  const judged = { ...prediction, agreement, probabilities, likeliest: likely(order.slice(0, FEW)) };
  if (coverage === undefined) return judged;
  const needed = tailOf(data, coverage);
  const tails = tailsOf(probabilities, order);
  return { ...judged, set: likely(order.filter((_, rank) => tails[rank]! >= needed)) };
}

/** The soft vote of the first members, in the order of the file, until the winner has this lead. */
function stopAt(model: PackedModel, lead: number, image: ImageInput): Prediction {
  const { labels, members } = model;
  const all = members.reduce((sum, { alpha }) => sum + Math.abs(alpha), 0);
  const scores = new Float64Array(labels.length);
  const votes: Vote[] = [];
  let ran = 0;
  for (const vote of model.votes(image)) {
    votes.push(vote);
    addVote(scores, vote.logits, vote.alpha, "soft");
    ran += Math.abs(vote.alpha);
    if (leadOf(scores, ran, all) >= lead) break;
  }
  const [winner = 0] = classOrder(scores);
  return {
    class: winner,
    label: labels[winner] ?? "",
    scores,
    votes,
    ran: votes.length,
    members: members.length,
    voter: "soft",
    mirror: false,
  };
}
