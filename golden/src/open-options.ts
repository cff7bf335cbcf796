import type { createStep } from "@benn/core/internals";

export interface OpenOptions {
  /** Whether networks are trained, or only evaluated: on a slow backend a step takes seconds. Default true. */
  readonly training?: boolean;
  /** Whether steps are also taken of batches in parts, which takes five times as long as the rest. Default true. */
  readonly parts?: boolean;
  /** The training step that the numbers are compared with. Default: core's. */
  readonly createStep?: typeof createStep;
}
