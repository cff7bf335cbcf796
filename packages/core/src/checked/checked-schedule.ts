import type { Schedule } from "../schedule.ts";
import { callPlugin } from "./call-plugin.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { withChecks } from "./with-checks.ts";

const RATE = "It gets { learningRate, epoch, epochs, step, steps } and returns the learning rate of that step";

/** Checks the learning rate of each step. */
export function checkedSchedule(schedule: Schedule, who: string): Schedule {
  requireMethods(who, schedule, { required: ["rate"] });
  return withChecks(schedule, {
    rate(step) {
      const rate: unknown = callPlugin(who, "rate", RATE, () => schedule.rate(step));
      if (typeof rate === "number" && Number.isFinite(rate) && rate >= 0) return rate;
      throw new ContractError(
        `${who}: its learning rate of epoch ${step.epoch + 1}, step ${step.step + 1} is ${describeValue(rate)}. It must be finite and not negative.`,
      );
    },
  });
}
