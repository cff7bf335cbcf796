import { milliseconds } from "@benn/core/quantities";

/** A server that sends nothing. */
export class StallError extends Error {}

/** A signal that fires when nothing has arrived for a while, or when the caller's signal fires. */
export class Patience {
  readonly #milliseconds: number;
  readonly #stalled = new AbortController();
  #timer: NodeJS.Timeout;
  /** Fires once. */
  readonly signal: AbortSignal;

  constructor(milliseconds: number, signal: AbortSignal | undefined) {
    this.#milliseconds = milliseconds;
    this.signal = AbortSignal.any([this.#stalled.signal, ...(signal ? [signal] : [])]);
    this.#timer = this.#start();
  }

  /** Why the signal fired, if it was because of silence. */
  get reason(): StallError | undefined {
    return this.#stalled.signal.aborted ? (this.#stalled.signal.reason as StallError) : undefined;
  }

  /** Call when something has arrived. */
  renew(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    const time = milliseconds(this.#milliseconds);
    return setTimeout(() => this.#stalled.abort(new StallError(`the server sent nothing for ${time}`)), this.#milliseconds);
  }
}
