import { hasBatchNorm } from "./batch-norms.ts";
import type { MemberTask } from "./member-task.ts";
import { nameOf } from "./memory-advice.ts";
import type { MemberScore } from "./score-member.ts";

/** A score this far below the metric during training cannot be chance or dropout, which lowers the metric during training. */
const FAR_BELOW = 0.1;

/** Share of a member's epochs after which it should predict every class. */
const NEVER_PREDICTED_FROM = 0.5;

/** Maximum number of classes that a message names. */
const FEW_NAMES = 3;

export interface ScoringWarning {
  /** Each kind is reported once per member. */
  readonly kind: "far-below" | "never-predicted";
  readonly message: string;
}

/**
 * Warnings about a suspicious score.
 * @param whileTraining the same metric over the epoch's steps; undefined: not known
 */
export function scoringWarnings(
  { member, run, model, data, parts, settings: { epochs } }: Pick<MemberTask, "member" | "run" | "model" | "data" | "parts" | "settings">,
  epoch: number,
  { value, neverPredicted }: MemberScore,
  whileTraining: number | undefined,
): ScoringWarning[] {
  const who = `${nameOf(member)}, epoch ${epoch + 1}`;
  const warnings: ScoringWarning[] = [];
  const { title, unit, better } = parts.scoredBy.metric;
  const isShare = unit === "%" && better === "higher";
  if (isShare && whileTraining !== undefined && whileTraining - value > FAR_BELOW) {
    if (run.batchNorm.statistics === "running" && hasBatchNorm(model)) {
      const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
      const message =
        `${who}: ${title} is ${percent(value)} when scored and ${percent(whileTraining)} while training. Running statistics of batch norm may lag ` +
        "behind the weights: set batchNorm.statistics=precise.";
      warnings.push({ kind: "far-below", message });
    }
  }
  if (neverPredicted.length > 0 && epoch + 1 >= epochs * NEVER_PREDICTED_FROM) {
    const names = neverPredicted.slice(0, FEW_NAMES).map((label) => data.labels[label]);
    const more = neverPredicted.length > names.length ? ` and ${neverPredicted.length - names.length} more` : "";
    const message = `${who}: no scored image is classified as ${names.join(", ")}${more}, though there are such.`;
    warnings.push({ kind: "never-predicted", message });
  }
  return warnings;
}
