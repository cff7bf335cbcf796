import { type Ballot, type LinearMap, UserError, type Voter } from "@benn/core";
import { mapLogits } from "@benn/core/internals";
import { minimize } from "./minimize.ts";

/** Beyond so many classes a matrix a member has more weights than held-out samples can settle. */
const MOST_MATRIX_CLASSES = 100;

export interface StackingOptions {
  /** Strength of the penalty on the weights, scikit-learn's 1/C. */
  readonly l2: number;
  /** What is learned for each member: a matrix from its logits to classes, or a factor for each class; `auto`: a matrix up to 100 classes. */
  readonly weights: "auto" | "matrix" | "class";
}

/**
 * Stacking: multinomial logistic regression on the members' logits, fitted to held-out samples. With r_m the root mean square of member m's logits there,
 *
 * `score[i] = bias + Σ_m (logits[m, i] / r_m) · W_m`, where W and bias minimize `Σ_i −log softmax(score[i])[label_i] + l2/2 · Σ_m ‖W_m‖²`
 *
 * The minimum is unique but for a constant that all scores share. The vote weights of the scheme play no part.
 * @see D. Wolpert, "Stacked generalization", Neural Networks 5, 1992
 * @see L. Breiman, "Stacked regressions", Machine Learning 24, 1996
 */
export function stackingVote({ l2, weights }: StackingOptions): Voter {
  let fitted: readonly LinearMap[] | undefined;
  const mapsFor = (members: number): readonly LinearMap[] => {
    if (fitted && fitted.length === members) return fitted;
    throw new UserError(
      `voter stacking: ${fitted ? `was fitted to ${fitted.length} members, and ${members} vote` : "was not fitted"}. Fit it to held-out logits of the members that vote.`,
    );
  };
  return {
    fit(data) {
      fitted = fitMaps(data, { l2, isMatrix: weights === "matrix" || (weights === "auto" && data.classes <= MOST_MATRIX_CLASSES) });
    },
    vote({ logits }) {
      const maps = mapsFor(logits.length);
      const scores = new Float64Array(logits[0]?.length ?? 0);
      for (const [member, own] of logits.entries()) {
        const mapped = mapLogits(own, maps[member]!);
        for (let at = 0; at < mapped.length; at++) scores[at]! += mapped[at]!;
      }
      return scores;
    },
    lower: (alphas) => ({ vote: "soft", alphas: alphas.map(() => 1), maps: mapsFor(alphas.length) }),
  };
}

function fitMaps(
  { logits, classes, labels }: Ballot & { readonly labels: Int32Array },
  { l2, isMatrix }: { readonly l2: number; readonly isMatrix: boolean },
): LinearMap[] {
  const members = logits.length;
  const rows = labels.length;
  const perMember = isMatrix ? classes * classes : classes;
  const biasAt = members * perMember;
  const size = logits.map((own) => Math.sqrt(own.reduce((sum, logit) => sum + logit * logit, 0) / Math.max(1, own.length)) || 1);
  const features = logits.map((own, m) => Float64Array.from(own, (logit) => logit / size[m]!));
  const scores = new Float64Array(classes);

  const penalizedLoss = (point: Float64Array, gradient: Float64Array): number => {
    let loss = 0;
    gradient.fill(0);
    for (let row = 0; row < rows; row++) {
      const at = row * classes;
      scores.set(point.subarray(biasAt));
      for (const [m, own] of features.entries()) addScores(scores, own.subarray(at, at + classes), point.subarray(m * perMember));
      const label = labels[row]!;
      const most = scores.reduce((a, b) => Math.max(a, b));
      const ofLabel = scores[label]! - most;
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += scores[c] = Math.exp(scores[c]! - most);
      loss += Math.log(sum) - ofLabel;
      for (let c = 0; c < classes; c++) scores[c] = scores[c]! / sum - (c === label ? 1 : 0); // the gradient by the score
      for (let c = 0; c < classes; c++) gradient[biasAt + c]! += scores[c]!;
      for (const [m, own] of features.entries()) addGradient(gradient.subarray(m * perMember), own.subarray(at, at + classes), scores);
    }
    for (let i = 0; i < biasAt; i++) {
      loss += (l2 / 2) * point[i]! ** 2;
      gradient[i]! += l2 * point[i]!;
    }
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= rows;
    return loss / rows;
  };
  const addScores = (to: Float64Array, own: Float64Array, weights: Float64Array): void => {
    if (!isMatrix) for (let c = 0; c < classes; c++) to[c]! += own[c]! * weights[c]!;
    else for (let k = 0; k < classes; k++) for (let c = 0; c < classes; c++) to[c]! += own[k]! * weights[k * classes + c]!;
  };
  const addGradient = (to: Float64Array, own: Float64Array, byScore: Float64Array): void => {
    if (!isMatrix) for (let c = 0; c < classes; c++) to[c]! += own[c]! * byScore[c]!;
    else for (let k = 0; k < classes; k++) for (let c = 0; c < classes; c++) to[k * classes + c]! += own[k]! * byScore[c]!;
  };

  const found = minimize(penalizedLoss, biasAt + classes, 1e-8);
  const bias = Float32Array.from(found.subarray(biasAt), (own) => own / members);
  return features.map((_, m) => ({
    weights: Float32Array.from(found.subarray(m * perMember, (m + 1) * perMember), (own) => own / size[m]!),
    bias,
  }));
}
