import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export type Probe =
  | { readonly ok: true; readonly description: string }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Where tensors are computed. */
export interface Backend {
  /** Finds out, without side effects that last, whether the backend works here. */
  probe(): Promise<Probe>;
  /**
   * Makes it TensorFlow.js's backend.
   * @throws UserError with the reason and the remedy when it does not work here
   */
  activate(): Promise<void>;
}

export const BACKENDS: InjectionToken<Registry<Backend>> = Symbol.for("benn.backends");
