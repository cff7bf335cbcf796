import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export type Probe =
  | { readonly ok: true; readonly description: string }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** What a device gives at most, by programs that do nothing else. */
export interface DeviceLimits {
  /** Float32 multiply-adds a second, whose operands are at hand. */
  readonly multiplyAdds: number;
  /** Bytes of memory read and written a second. */
  readonly bytes: number;
}

/** What one kernel, or one part of it, came to. */
export interface ProfileRow {
  /** What ran: TensorFlow.js's kernel, or the program of a GPU. */
  readonly kernel: string;
  /** Which part of it: a function that it calls, or the shape of what it makes. "" for all that is in no other row. */
  readonly part: string;
  readonly calls: number;
  /** Of all calls. */
  readonly milliseconds: number;
  /** Multiply-adds of all calls, those of single bits included; absent where they are not counted. */
  readonly macs?: number;
  /** Bytes read and written in all calls; absent where they are not counted. */
  readonly bytes?: number;
  /** The limit of the device that holds for it; absent where neither does: bits are multiplied faster than floats. */
  readonly bound?: keyof DeviceLimits;
}

/** What members that train side by side divide. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
  /** What a training step of the largest member takes. */
  readonly stepBytes: number;
}

/** How a backend divides a machine into lanes, in each of which one member trains at a time. */
export interface Share {
  /** Unless the user sets a number; at least 1. */
  readonly lanes: number;
  /**
   * The backend's options in a lane, in place of the same ones of the configuration.
   * @param lane from 0
   * @param lanes as many as there are, also more or fewer than `lanes` above
   */
  options(lane: number, lanes: number): Readonly<Record<string, unknown>>;
}

/** Where tensors are computed. */
export interface Backend {
  /** Finds out, without side effects that last, whether the backend works here. */
  probe(): Promise<Probe>;
  /**
   * Makes it TensorFlow.js's backend.
   * @throws UserError with the reason and the remedy when it does not work here
   */
  activate(): Promise<void>;
  /**
   * Times every kernel that `run` starts; only where the backend can measure them. The backend must be active.
   * @param run starts the work and need not wait for it
   * @returns the longest first
   * @throws UserError where the device has no clock
   */
  profile?(run: () => void): Promise<ProfileRow[]>;
  /** Measures what the device gives at most, in a second or so. The backend must be active. */
  limits?(): Promise<DeviceLimits>;
  /**
   * Divides the machine among members that train side by side, each in a thread with a backend of its own. A function of its argument.
   * Absent: one lane, and the same options in each where the user sets more.
   */
  share?(machine: Machine): Share;
  /**
   * Options that say with which part of a machine it computes (its threads, its device), and leave what it computes as it is: a member that
   * is trained on another machine has those of that machine. Absent: none.
   */
  readonly machineOptions?: readonly string[];
  /**
   * Options that decide what it computes, to the bit, and that it chooses by the machine where the user leaves them to it: as they are here,
   * like `{ simd: "relaxed" }`. Absent: there are none.
   */
  form?(): Promise<Readonly<Record<string, string>>>;
}

export const BACKENDS: InjectionToken<Registry<Backend>> = Symbol.for("benn.backends");
