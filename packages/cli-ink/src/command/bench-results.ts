import type { DeviceLimits, ProfileRow } from "@benn/core";
import type { BenchSubject, StepKind } from "@benn/core/node";

/** What was measured, and where. Plain JSON. */
export interface Measured extends BenchSubject {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly platform: string };
}

/** What came of rounds of steps: the median round, the slowest and the fastest. */
export interface Speed {
  readonly rounds: number;
  /** In each round. */
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
  /** Of a step as a run takes it, that is without a profile, and how much of it is spent on starting it. */
  readonly millisecondsPerStep: number;
  readonly millisecondsToStart?: number;
  /** What the device gives at most, a second: the most that was seen. */
  readonly limits?: DeviceLimits;
  /** Of one step, on average. */
  readonly rows: readonly ProfileRow[];
}
