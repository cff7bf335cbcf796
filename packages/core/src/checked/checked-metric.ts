import type { Metric } from "../metric.ts";
import { callPlugin } from "./call-plugin.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { requireTensor } from "./require-tensor.ts";
import { withChecks } from "./with-checks.ts";

const OF = "It gets scores [rows, classes] and labels [rows] and returns a finite number";

/** Checks each value and the shape of each sum. */
export function checkedMetric(metric: Metric, who: string): Metric {
  requireMethods(who, metric, { required: ["of"], optional: ["applies", "sum"] });
  const { title, unit, better } = metric;
  if (typeof title !== "string" || title === "" || typeof unit !== "string" || (better !== "higher" && better !== "lower")) {
    throw new ContractError(
      `${who}: has the title ${describeValue(title)}, the unit ${describeValue(unit)} and better: ${describeValue(better)}. ` +
        'A metric has a title and a unit, and better is "higher" or "lower".',
    );
  }
  return withChecks(metric, {
    of(scores, labels) {
      const value: unknown = callPlugin(who, "of", OF, () => metric.of(scores, labels));
      if (typeof value === "number" && (Number.isFinite(value) || labels.length === 0)) return value;
      throw new ContractError(`${who}: of returned ${describeValue(value)} for ${labels.length} rows. ${OF}.`);
    },
    ...(metric.sum && { sum: (logits, labels) => requireTensor(`${who}: sum returned`, metric.sum?.(logits, labels), []) }),
  });
}
