import type { DeviceLimits, ProfileRow } from "@benn/core";
import type { BenchSubject, StepKind } from "@benn/core/node";

/** What was measured, and on which machine. Plain JSON. */
export interface Measured extends BenchSubject {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly platform: string };
}

/** Results over rounds of steps: the median, the slowest and the fastest round. */
export interface Speed {
  readonly rounds: number;
  /** Per round. */
  readonly steps: number;
  readonly millisecondsPerStep: number;
  readonly imagesPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly multiplyAddsPerSecond: number;
}

export interface Speeds extends Measured {
  readonly training?: Speed;
  readonly evaluation: Speed;
}

export interface StepProfile extends Measured {
  readonly of: StepKind;
  /** Time of a step as in a run (without a profile), and the part of it until the step was started. */
  readonly millisecondsPerStep: number;
  readonly millisecondsToStart?: number;
  /** Highest measured throughput of the device, per second. */
  readonly limits?: DeviceLimits;
  /** For one step, on average. */
  readonly rows: readonly ProfileRow[];
}
