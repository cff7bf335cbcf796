import type { Steered } from "./events.ts";

/** What is asked of the member in training. */
export type Steering = { readonly action: "learning-rate"; readonly factor: number } | { readonly action: "end-member" };

/**
 * What a user may ask of a run while it goes. The trainer looks between two batches, of training or of scoring; every stop saves first, so that
 * `--resume` goes on from there.
 */
export class RunControl {
  #paused = false;
  #stop: "no" | "after-member" | "after-epoch" | "now" = "no";
  #asked: Steering[] = [];
  #planned: readonly Steered[] = [];
  #wake: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  get paused(): boolean {
    return this.#paused;
  }

  get stop(): "no" | "after-member" | "after-epoch" | "now" {
    return this.#stop;
  }

  /** Whether the member in training is to stop, at the end of its epoch at the latest. */
  get stopsMember(): boolean {
    return this.#stop === "after-epoch" || this.#stop === "now";
  }

  pause(): void {
    this.#paused = true;
    this.#changed();
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
    this.#changed();
  }

  /** Stops when the running epoch is trained. */
  stopAfterEpoch(): void {
    if (this.#stop !== "now") this.#stop = "after-epoch";
    this.resume();
  }

  /** Stops when the running member is trained and judged. */
  stopAfterMember(): void {
    if (this.#stop === "no") this.#stop = "after-member";
    this.resume();
  }

  /** Multiplies the learning rate of the member in training, from the next batch on. */
  scaleLearningRate(factor: number): void {
    this.#asked.push({ action: "learning-rate", factor });
  }

  /** Makes the running epoch the last of the member in training: what it has learned is scored and judged as usual. */
  endMember(): void {
    this.#asked.push({ action: "end-member" });
  }

  /** Steers as a log says: for a run that is to end with the same bytes. */
  plan(steered: readonly Steered[]): void {
    this.#planned = steered;
  }

  /** What was asked since the last call, and what is planned at this place; for the trainer, between two batches. */
  takeSteering(member: number, epoch: number, step: number): Steering[] {
    const planned = this.#planned.filter((own) => own.member === member && own.epoch === epoch && own.step === step);
    return [
      ...planned.map(({ action, factor = 1 }): Steering => (action === "learning-rate" ? { action, factor } : { action })),
      ...this.#asked.splice(0),
    ];
  }

  /** Forgets what was asked of a member that is over. */
  forgetSteering(): void {
    this.#asked = [];
  }

  /** Stops after the running batch. */
  stopNow(): void {
    this.#stop = "now";
    this.resume();
  }

  /** Resolves once the run is not paused. */
  async untilResumed(): Promise<void> {
    while (this.#paused) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Calls back after every change. @returns a function that ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
