import { type Schedule, z } from "@benn/core";
import { finalOptions, warmedUp, warmUpOptions } from "./warm-up.ts";

export const linearOptions = z.object({ ...warmUpOptions, ...finalOptions });

/**
 * After the warm-up, decays linearly from the learning rate towards `final` of it, which the step after the last one would have.
 * @see M. Li, E. Yumer and D. Ramanan, "Budgeted Training: Rethinking Deep Neural Network Training Under Resource Constraints", ICLR 2020
 */
export function linear({ warmup, final }: z.output<typeof linearOptions>): Schedule {
  return warmedUp(warmup, (done) => 1 - (1 - final) * done);
}
