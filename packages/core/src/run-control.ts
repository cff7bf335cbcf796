import type { Steered } from "./events.ts";

/** A request to a member in training. */
export type Steering = { readonly action: "learning-rate"; readonly factor: number } | { readonly action: "end-member" };

/**
 * Requests of a user to a running run. The trainer checks it between two batches, in training and in scoring. Every stop saves first, so
 * that `--resume` can continue.
 */
export class RunControl {
  #paused = false;
  #stop: "no" | "after-member" | "after-epoch" | "now" = "no";
  #asked: { readonly steering: Steering; readonly member: number | undefined }[] = [];
  #added = 0;
  #profile: { readonly steps: number; readonly member: number | undefined } | undefined;
  #planned: readonly Steered[] = [];
  #wake: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  get paused(): boolean {
    return this.#paused;
  }

  get stop(): "no" | "after-member" | "after-epoch" | "now" {
    return this.#stop;
  }

  /** Whether the member in training must stop, at the end of its epoch at the latest. */
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

  /** Stops at the end of the current epoch. */
  stopAfterEpoch(): void {
    if (this.#stop !== "now") this.#stop = "after-epoch";
    this.resume();
  }

  /** Stops when the current member is trained and judged. */
  stopAfterMember(): void {
    if (this.#stop === "no") this.#stop = "after-member";
    this.resume();
  }

  /** Multiplies the learning rate of a member in training, from the next batch on. @param member default: the one in training */
  scaleLearningRate(factor: number, member?: number): void {
    this.steer({ action: "learning-rate", factor }, member);
  }

  /**
   * Makes the current epoch the last of a member in training; the member is scored and judged as usual. @param member default: the one in
   * training
   */
  endMember(member?: number): void {
    this.steer({ action: "end-member" }, member);
  }

  steer(steering: Steering, member?: number): void {
    this.#asked.push({ steering, member });
    this.#changed();
  }

  /** Members requested since the run was started or resumed. */
  get added(): number {
    return this.#added;
  }

  /** Adds members like the last one to the run; it takes effect when the member in training is done. */
  addMembers(count: number): void {
    this.#added += count;
    this.#changed();
  }

  /** Times the kernels of the next training steps; results do not change. @param member default: the one in training */
  profile(steps: number, member?: number): void {
    this.#profile = { steps, member };
    this.#changed();
  }

  /** Number of steps of this member whose timing was requested since the last call; 0 for none. */
  takeProfile(member: number): number {
    const asked = this.#profile;
    if (!asked || (asked.member !== undefined && asked.member !== member)) return 0;
    this.#profile = undefined;
    return asked.steps;
  }

  /** Repeats logged steering: for a run that must end with the same bytes. */
  plan(steered: readonly Steered[]): void {
    this.#planned = steered;
  }

  /** Requests since the last call, and those planned at this point; for the trainer, between two batches. */
  takeSteering(member: number, epoch: number, step: number): Steering[] {
    const planned = this.#planned.filter((own) => own.member === member && own.epoch === epoch && own.step === step);
    return [
      ...planned.map(({ action, factor = 1 }): Steering => (action === "learning-rate" ? { action, factor } : { action })),
      ...this.takeAsked(member),
    ];
  }

  /** Requests to the member since the last call. */
  takeAsked(member: number): Steering[] {
    const isFor = (own: { readonly member: number | undefined }): boolean => own.member === undefined || own.member === member;
    const asked = this.#asked.filter(isFor);
    this.#asked = this.#asked.filter((own) => !isFor(own));
    return asked.map(({ steering }) => steering);
  }

  /** What is planned for the member, to pass it to the thread that trains it. */
  plannedFor(member: number): readonly Steered[] {
    return this.#planned.filter((own) => own.member === member);
  }

  /** Drops requests to earlier members, now that this one begins. */
  forgetSteering(member: number): void {
    this.#asked = this.#asked.filter((own) => own.member === member);
  }

  /** Stops after the current batch. */
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

  /** Calls back after every change. @returns a function that unsubscribes */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
