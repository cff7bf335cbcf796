import { z } from "zod";
import type { Schedule } from "../schedule.ts";

export const stepsOptions = z.object({
  epochs: z.array(z.int().min(1)).default([120, 200, 240, 280]).describe("epochs of a member, from 0, at which the learning rate falls"),
  factor: z.number().positive().default(0.1).describe("what it is multiplied by at each of them"),
});

/** Multiplies the learning rate by `factor` at the start of each of the given epochs of a member. */
export function steps({ epochs: at, factor }: z.output<typeof stepsOptions>): Schedule {
  return { rate: ({ learningRate, epoch }) => learningRate * factor ** at.filter((first) => epoch >= first).length };
}
