import { type Schedule, z } from "@benn/core";
import { warmedUp, warmUpOptions } from "./warm-up.ts";

export const constantOptions = z.object(warmUpOptions);

/** A constant learning rate, after an optional warm-up. */
export function constant({ warmup }: z.output<typeof constantOptions>): Schedule {
  return warmedUp(warmup, () => 1);
}
