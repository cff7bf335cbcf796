import { checkSampleWeights } from "../checked/check-sample-weights.ts";
import type { LoadedDataset } from "../dataset.ts";
import { type EnsembleScheme, type EnsembleSum, type Verdict, weightedError } from "../ensemble-scheme.ts";
import { winners } from "../staged-vote.ts";
import { UserError } from "../user-error.ts";
import { nameOf } from "./memory-advice.ts";

/** What is known of the verdict on a member that was trained elsewhere. */
export interface KnownVerdict {
  readonly alpha?: number;
  /** [samples] of the next member. */
  readonly sampleWeights?: Float64Array;
}

/**
 * The weighted error of a trained member on the training rows, and the scheme's verdict.
 * @param sampleWeights [samples] that the member was trained with
 * @param logits [samples, classes] on the training rows
 * @param known of a member that was trained elsewhere: overrides the scheme's verdict
 * @param ensemble the members before it, if the scheme is additive
 */
export function judgeMember(
  { train, labels: names }: Pick<LoadedDataset, "train" | "labels">,
  scheme: EnsembleScheme,
  member: number,
  sampleWeights: Float64Array,
  logits: Float32Array,
  known: KnownVerdict = {},
  ensemble?: EnsembleSum,
): { readonly error: number; readonly verdict: Verdict } {
  const { labels } = train;
  const classes = names.length;
  const wrong = Uint8Array.from(winners(logits, classes), (winner, row) => (winner === labels[row] ? 0 : 1));
  const error = weightedError(sampleWeights, wrong);
  const { alpha } = known;
  if (alpha !== undefined && !Number.isFinite(alpha))
    throw new UserError(`${nameOf(member)}: its known alpha is ${alpha}. Give a finite number, or none.`);
  if (known.sampleWeights) checkSampleWeights(`${nameOf(member)}: what is known of it has`, known.sampleWeights, labels.length);
  if (alpha !== undefined && known.sampleWeights) return { error, verdict: { kind: "accept", alpha, sampleWeights: known.sampleWeights } };
  const verdict = scheme.next({
    member,
    sampleWeights,
    wrong,
    error,
    labels,
    classes,
    logits: () => logits,
    ...(ensemble ? { ensemble } : {}),
  });
  const next = known.sampleWeights ?? ("sampleWeights" in verdict ? verdict.sampleWeights : undefined);
  if (alpha !== undefined) return { error, verdict: { kind: "accept", alpha, sampleWeights: next ?? sampleWeights } };
  return { error, verdict: verdict.kind === "stop" || !next ? verdict : { ...verdict, sampleWeights: next } };
}
