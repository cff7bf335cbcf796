import { type Schedule, z } from "@benn/core";
import { warmedUp, warmUpOptions } from "./warm-up.ts";

export const constantOptions = z.object(warmUpOptions);

/** The learning rate as it is, after a warm-up if there is one. */
export function constant({ warmup }: z.output<typeof constantOptions>): Schedule {
  return warmedUp(warmup, () => 1);
}
