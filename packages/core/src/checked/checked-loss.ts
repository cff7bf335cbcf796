import type { Loss } from "../loss.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { requireTensor } from "./require-tensor.ts";
import { withChecks } from "./with-checks.ts";

/** Checks that the loss returns one value per row. */
export function checkedLoss(loss: Loss, who: string): Loss {
  requireMethods(who, loss, { required: ["rows"] });
  if (loss.teacher !== undefined && (typeof loss.teacher !== "string" || loss.teacher === ""))
    throw new ContractError(`${who}: has ${describeValue(loss.teacher)} as teacher. It must be the folder of a run.`);
  return withChecks(loss, { rows: (batch) => requireTensor(`${who}: rows returned`, loss.rows(batch), [batch.logits.shape[0]]) });
}
