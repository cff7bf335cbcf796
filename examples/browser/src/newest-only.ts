/**
 * Asks one question at a time. A question that arrives while another is computed replaces any waiting one: of a camera's pictures only the
 * newest counts.
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

  /** Call when an answer, or an error instead of it, has arrived. */
  answered(): void {
    this.#isBusy = false;
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next !== undefined) this.ask(next);
  }
}
