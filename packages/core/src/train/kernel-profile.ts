import { averageRows } from "../average-rows.ts";
import type { Backend, ProfileRow } from "../backend.ts";
import type { Profiled } from "../events.ts";
import type { RunControl } from "../run-control.ts";
import { UserError } from "../user-error.ts";

/** Times the kernels of training steps on request. Does not affect what they compute. */
export class KernelProfile {
  readonly #member: number;
  readonly #profile: Backend["profile"];
  #steps = 0;
  #rows: ProfileRow[][] = [];
  #refused: string | undefined;

  /** @param profile of the active backend; undefined if it cannot measure its kernels */
  constructor(member: number, profile: Backend["profile"]) {
    this.#member = member;
    this.#profile = profile;
  }

  /** Runs a step, timed if a profile was requested and is not complete. */
  async step<T>(control: RunControl, take: () => T): Promise<T> {
    const asked = control.takeProfile(this.#member);
    if (asked > 0) {
      this.#steps = asked;
      this.#rows = [];
      this.#refused = this.#profile ? undefined : "this backend does not time its kernels";
    }
    if (this.#steps === 0 || this.#rows.length === this.#steps || this.#refused !== undefined || !this.#profile) return take();
    let made: { readonly result: T } | undefined;
    let hasBegun = false;
    try {
      const rows = await this.#profile(() => {
        hasBegun = true;
        made = { result: take() };
      });
      this.#rows.push(rows);
    } catch (error) {
      if (hasBegun && !made) throw error; // an error of the step itself
      if (!(error instanceof UserError)) throw error;
      this.#refused = error.message; // a device without a timer
    }
    return made ? made.result : take();
  }

  /** The event of a complete profile, once. */
  takeEvent(): Profiled | undefined {
    if (this.#steps === 0 || (this.#refused === undefined && this.#rows.length < this.#steps)) return undefined;
    const rows = averageRows(this.#rows).slice(0, MOST_ROWS);
    const all = this.#rows.flat().reduce((sum, { milliseconds }) => sum + milliseconds, 0) / Math.max(1, this.#rows.length);
    const event = { type: "profile", member: this.#member, steps: this.#rows.length, milliseconds: all, rows } as const;
    const refused = this.#refused;
    this.#steps = 0;
    return refused === undefined ? event : { ...event, refused };
  }
}

/** More rows are of no use on a screen. */
const MOST_ROWS = 100;
