import type { Optimizer, ParameterUpdate } from "../optimizer.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";
import { requireTensor } from "./require-tensor.ts";
import { withChecks } from "./with-checks.ts";

/** Checks that each step returns an update for each parameter with all its slots, in the parameter's shape. */
export function checkedOptimizer(optimizer: Optimizer, who: string): Optimizer {
  requireMethods(who, optimizer, { required: ["update"], optional: ["claims"] });
  const { slots } = optimizer;
  if (!Array.isArray(slots) || slots.some((slot) => typeof slot !== "string"))
    throw new ContractError(`${who}: has ${describeValue(slots)} as slots. It must be a list of names, [] for none.`);
  return withChecks(optimizer, {
    update(steps, at) {
      const updates: readonly (Partial<ParameterUpdate> | undefined)[] = optimizer.update(steps, at);
      if (!Array.isArray(updates) || updates.length !== steps.length) {
        throw new ContractError(
          `${who}: update returned ${describeValue(updates)} for ${steps.length} parameters. It must return { weight, slots } for each, in their order.`,
        );
      }
      return steps.map(({ parameter, weight }, i) => {
        const update = updates[i];
        const whose = `of ${parameter.name}`;
        return {
          weight: requireTensor(`${who}: update returned for the weight ${whose}`, update?.weight, weight.shape),
          slots: Object.fromEntries(
            slots.map((slot) => [
              slot,
              requireTensor(`${who}: update returned for the slot ${slot} ${whose}`, update?.slots?.[slot], weight.shape),
            ]),
          ),
        };
      });
    },
  });
}
