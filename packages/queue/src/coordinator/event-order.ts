import type { Emitted } from "@benn/core/internals";

/**
 * Restores the order of a member's events, each once, from sources that may repeat, delay or lose them: live events of the feed, and all
 * events with each checkpoint and with the result. Two workers emit the same events, since a member's events follow from its configuration.
 */
export class EventOrder {
  #next: number;
  readonly #pass: (event: Emitted) => void;

  /** @param said number of events that are known already */
  constructor(said: number, pass: (event: Emitted) => void) {
    this.#next = said;
    this.#pass = pass;
  }

  /** A live event; dropped unless it is the next one. */
  live(nth: number, event: Emitted): void {
    if (nth !== this.#next) return;
    this.#next += 1;
    this.#pass(event);
  }

  /** All events from number `first` on. */
  all(first: number, events: readonly Emitted[]): void {
    if (first > this.#next) return; // events in between are missing
    for (const event of events.slice(this.#next - first)) {
      this.#next += 1;
      this.#pass(event);
    }
  }
}
