import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export type Probe =
  | { readonly ok: true; readonly description: string }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Peak throughput of a device, measured by programs that do nothing else. */
export interface DeviceLimits {
  /** Float32 multiply-adds per second, with operands in registers. */
  readonly multiplyAdds: number;
  /** Bytes of memory read and written per second. */
  readonly bytes: number;
}

/** Time and work of one kernel, or of one part of it. */
export interface ProfileRow {
  /** The TensorFlow.js kernel, or the GPU program. */
  readonly kernel: string;
  /** Part of the kernel: a function that it calls, or the shape of its output. "" is the rest of the kernel, in no other row. */
  readonly part: string;
  readonly calls: number;
  /** Total of all calls. */
  readonly milliseconds: number;
  /** Multiply-adds of all calls, 1-bit ones included; absent if they are not counted. */
  readonly macs?: number;
  /** Bytes read and written by all calls; absent if they are not counted. */
  readonly bytes?: number;
  /** The device limit that applies to this kernel; absent if none applies, as for 1-bit products, which run faster than float32 ones. */
  readonly bound?: keyof DeviceLimits;
}

/** The resources that members trained in parallel share. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
  /** Memory that one training step of the largest member needs. */
  readonly stepBytes: number;
}

/** How a backend divides a machine into lanes. Each lane trains one member at a time. */
export interface Share {
  /** Default number of lanes, at least 1. */
  readonly lanes: number;
  /**
   * Backend options for one lane; they override those of the configuration.
   * @param lane from 0
   * @param lanes actual number of lanes, which may differ from the default `lanes` above
   */
  options(lane: number, lanes: number): Readonly<Record<string, unknown>>;
}

/** A TensorFlow.js backend: where tensors are computed. */
export interface Backend {
  /** Tests whether the backend works on this machine. Leaves no lasting side effects. */
  probe(): Promise<Probe>;
  /**
   * Makes this the active TensorFlow.js backend.
   * @throws UserError with the reason and the remedy if it does not work on this machine
   */
  activate(): Promise<void>;
  /**
   * Times every kernel that `run` starts. Present only if the backend can measure kernels. The backend must be active.
   * @param run starts the work; it need not wait for the results
   * @returns rows sorted by descending time
   * @throws UserError if the device has no timer
   */
  profile?(run: () => void): Promise<ProfileRow[]>;
  /** Measures the device's peak throughput in about a second. The backend must be active. */
  limits?(): Promise<DeviceLimits>;
  /**
   * Divides the machine among members that train in parallel, each in a thread with its own backend. Pure: the result depends on the
   * argument alone. Absent: one lane; if the user sets more, all lanes get the same options.
   */
  share?(machine: Machine): Share;
  /**
   * Names of options that choose which part of the machine computes (threads, device) and do not affect results. A member that is trained
   * on another machine uses that machine's values. Absent: none.
   */
  readonly machineOptions?: readonly string[];
  /**
   * Values of those options that affect results to the bit and that the backend chooses by the machine unless the user sets them, such as
   * `{ simd: "relaxed" }`; here as chosen for this machine. Absent: no such options.
   */
  form?(): Promise<Readonly<Record<string, string>>>;
}

export const BACKENDS: InjectionToken<Registry<Backend>> = Symbol.for("benn.backends");
