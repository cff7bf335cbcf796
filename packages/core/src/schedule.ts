import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export interface ScheduledStep {
  /** Learning rate of the member's configuration. */
  readonly learningRate: number;
  /** Current epoch, from 0, and epochs of the member. */
  readonly epoch: number;
  readonly epochs: number;
  /** Current step of the epoch, from 0, and steps of the epoch. */
  readonly step: number;
  readonly steps: number;
}

/** The learning rate over the training of a member. */
export interface Schedule {
  /** Learning rate of a step; finite, not negative. It must depend on its argument alone, so that a resumed run takes the same steps. */
  rate(step: ScheduledStep): number;
}

export const SCHEDULES: InjectionToken<Registry<Schedule>> = Symbol.for("benn.schedules");
