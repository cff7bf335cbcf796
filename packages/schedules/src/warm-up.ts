import { type Schedule, type ScheduledStep, z } from "@benn/core";

export const warmUpOptions = {
  warmup: z.number().min(0).lt(1).default(0).describe("share of the member's steps in which the rate rises in a line to the learning rate"),
};

export const finalOptions = {
  final: z.number().min(0).max(1).default(0).describe("share of the learning rate that it falls towards"),
};

/** Number of the member's steps before this one, and in total. */
export function stepsOf({ epoch, epochs, step, steps }: ScheduledStep): { readonly done: number; readonly total: number } {
  return { done: epoch * steps + step, total: epochs * steps };
}

/**
 * A linear warm-up, step by step, of W = round(warmup · steps) steps: step t, from 0, has the rate `learningRate · (t + 1) / W`. After it,
 * the rate is the learning rate times `share`, a function of the share of the remaining steps done, from 0 to below 1.
 * @see P. Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017, section 2.2, gradual warm-up
 */
export function warmedUp(warmup: number, share: (done: number) => number): Schedule {
  return {
    rate(at) {
      const { done, total } = stepsOf(at);
      const rising = Math.round(warmup * total);
      return at.learningRate * (done < rising ? (done + 1) / rising : share((done - rising) / (total - rising)));
    },
  };
}
