import { NewestOnly } from "./newest-only.ts";
import type { Answer, ModelFacts, Question, Reply, Request } from "./protocol.ts";

export interface EngineListener {
  model(facts: ModelFacts): void;
  answer(answer: Answer, question: Question): void;
  timing(done: number, rounds: number): void;
  timed(speed: { readonly milliseconds: number; readonly perSecond: number }): void;
  failed(message: string, what: Request["type"]): void;
}

/** The page's interface to the worker that computes. */
export class Engine {
  readonly #worker: Worker;
  readonly #questions: NewestOnly<Question>;
  #id = 0;
  #asked: Question | undefined;

  constructor(listener: EngineListener) {
    this.#worker = new Worker(new URL("engine-worker.ts", import.meta.url), { type: "module" });
    this.#questions = new NewestOnly((question) => {
      this.#asked = question;
      this.#post({ type: "classify", id: ++this.#id, question });
    });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      if (data.type === "model") listener.model(data.facts);
      else if (data.type === "timing") listener.timing(data.done, data.rounds);
      else if (data.type === "timed") listener.timed(data);
      else if (data.type === "failed") {
        listener.failed(data.message, data.what);
        if (data.what === "classify") this.#questions.answered();
      } else {
        if (this.#asked) listener.answer(data.answer, this.#asked);
        this.#questions.answered();
      }
    });
    this.#worker.addEventListener("error", ({ message }) => listener.failed(message, "load"));
  }

  /** @param bytes of a .benn file */
  load(bytes: ArrayBuffer): void {
    this.#post({ type: "load", bytes });
  }

  /** The newest question is answered; older ones may be skipped. */
  classify(question: Question): void {
    this.#questions.ask(question);
  }

  time(image: Question["image"], members: number, rounds: number): void {
    this.#post({ type: "time", image, members, rounds });
  }

  #post(request: Request): void {
    this.#worker.postMessage(request); // oxlint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
  }
}
