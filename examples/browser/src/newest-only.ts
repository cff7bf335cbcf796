/**
 * Asks for one answer at a time. A question that comes while another is computed replaces any that waits: of a camera's pictures only the newest
 * counts.
 */
export class NewestOnly<Q> {
  readonly #ask: (question: Q) => void;
  #isBusy = false;
  #waiting: Q | undefined;

  constructor(ask: (question: Q) => void) {
    this.#ask = ask;
  }

  ask(question: Q): void {
    if (this.#isBusy) {
      this.#waiting = question;
      return;
    }
    this.#isBusy = true;
    this.#ask(question);
  }

  /** To be called when an answer, or an error in its place, has come. */
  answered(): void {
    this.#isBusy = false;
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next !== undefined) this.ask(next);
  }
}
