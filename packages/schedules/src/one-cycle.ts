import { type Schedule, z } from "@benn/core";
import { stepsOf } from "./warm-up.ts";

export const oneCycleOptions = z.object({
  warmup: z.number().min(0).lt(1).default(0.3).describe("share of the member's steps in which the rate rises"),
  initial: z.number().min(0).max(1).default(0.04).describe("share of the learning rate in the first step"),
  final: z.number().min(0).max(1).default(4e-6).describe("share of the learning rate in the last step"),
  shape: z.enum(["linear", "cosine"]).default("linear").describe("how it rises and falls"),
});

/**
 * Rises from `initial` of the learning rate to all of it, then falls to `final` of it in the member's last step: two phases with the
 * boundaries and defaults of PyTorch's `OneCycleLR`, by default in the shape of a cosine. The learning rate is the peak.
 * @see L. Smith and N. Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2019
 */
export function oneCycle({ warmup, initial, final, shape }: z.output<typeof oneCycleOptions>): Schedule {
  const between = (from: number, to: number, done: number): number =>
    from + (to - from) * (shape === "linear" ? done : (1 - Math.cos(Math.PI * done)) / 2);
  return {
    rate(at) {
      const { done, total } = stepsOf(at);
      const top = Math.max(0, warmup * total - 1);
      const falling = total - 1 - top;
      if (done < top) return at.learningRate * between(initial, 1, done / top);
      return at.learningRate * (falling > 0 ? between(1, final, (done - top) / falling) : 1);
    },
  };
}
