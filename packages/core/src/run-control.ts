/**
 * What a user may ask of a run while it goes. The trainer looks between two batches, of training or of scoring; every stop saves first, so that
 * `--resume` goes on from there.
 */
export class RunControl {
  #paused = false;
  #stop: "no" | "after-epoch" | "now" = "no";
  #wake: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  get paused(): boolean {
    return this.#paused;
  }

  get stop(): "no" | "after-epoch" | "now" {
    return this.#stop;
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
    if (this.#stop === "no") this.#stop = "after-epoch";
    this.resume();
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
