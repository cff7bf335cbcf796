import { type Schedule, z } from "@benn/core";
import { finalOptions, warmedUp, warmUpOptions } from "./warm-up.ts";

export const cosineOptions = z.object({ ...warmUpOptions, ...finalOptions });

/**
 * After the warm-up, decays along half a cosine from the learning rate towards `final` of it: `final + (1 − final) · (1 + cos(π q)) / 2`,
 * where q is the share of the steps done. One cycle, without restarts.
 * @see I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, equation 5
 */
export function cosine({ warmup, final }: z.output<typeof cosineOptions>): Schedule {
  return warmedUp(warmup, (done) => final + ((1 - final) * (1 + Math.cos(Math.PI * done))) / 2);
}
