import type { Emitted } from "@benn/core/internals";

/**
 * The events of a member, each once and in its order, of what comes twice, too early or not at all: live ones of the feed, and all of them
 * with each checkpoint and with the result. Two workers say the same, since a member's events follow from its configuration.
 */
export class EventOrder {
  #next: number;
  readonly #pass: (event: Emitted) => void;

  /** @param said how many are known already */
  constructor(said: number, pass: (event: Emitted) => void) {
    this.#next = said;
    this.#pass = pass;
  }

  /** One that was said live; dropped unless it is the next. */
  live(nth: number, event: Emitted): void {
    if (nth !== this.#next) return;
    this.#next += 1;
    this.#pass(event);
  }

  /** All of them from the one with number `first` on. */
  all(first: number, events: readonly Emitted[]): void {
    if (first > this.#next) return; // what lies between comes first
    for (const event of events.slice(this.#next - first)) {
      this.#next += 1;
      this.#pass(event);
    }
  }
}
