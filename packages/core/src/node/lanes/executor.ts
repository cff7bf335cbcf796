import type { Config } from "../../config.ts";
import type { DataIdentity } from "../same-data.ts";
import type { MembersAtATime } from "../threads/members-at-a-time.ts";
import type { FromLane, ToLane } from "./lane-messages.ts";

/**
 * Where the members of a run are trained: in threads of this machine (`threadExecutor`), or on machines behind a queue. The choice is not
 * part of a run's configuration, since it does not affect its bytes. `testExecutor` of `@benn/core/testing` tests an implementation.
 */
export interface Executor {
  /**
   * Opens the lanes of a run, after its data are read and its folder is created.
   * @returns undefined if the members train one by one in the calling thread
   * @throws UserError if the run cannot be trained there
   */
  lanes(run: RunToTrain): Promise<Lanes | undefined>;
}

/** A run, as an executor sees it. */
export interface RunToTrain {
  readonly name: string;
  /** The run's folder, on this machine. */
  readonly folder: string;
  /**
   * The part of the configuration that affects the members' bytes, with every default filled in. It leaves out everything about this
   * machine: paths of data and plugin files, cores and devices, listeners. Another machine fills those in for itself.
   */
  readonly config: Config;
  /** Identifies the data, for comparison with those of another machine. */
  readonly data: DataIdentity;
  readonly members: number;
  /** Whether its members may train in parallel; otherwise each one waits for the previous one. */
  readonly independent: boolean;
  /** How this machine divides itself among members, for an executor that trains on it. */
  readonly here: MembersAtATime;
}

/** The lanes of one run. */
export interface Lanes {
  /** Maximum number of members that train at a time. */
  readonly count: number;
  /** Whether its lanes accept `steer` and `profile`. Only lanes that never restart a member from an earlier `save` can. Default false. */
  readonly steers?: boolean;
  /** Opens a lane. Called if a member waits and fewer than `count` lanes are open. */
  open(listener: LaneListener): MemberLane;
  /**
   * Called when the run ends for any reason, after every lane was closed.
   * @param ended whether the run is complete, so that nothing its members left behind is needed; otherwise it may be resumed
   */
  close?(ended: boolean): Promise<void>;
}

/** Trains one member at a time: the subset of a thread's interface that `trainInLanes` needs. */
export interface MemberLane {
  /** Copies the message: the sender continues to use its contents. */
  post(message: ToLane): void;
  /** Stops training without waiting for a save, and returns when the lane is gone. It emits nothing afterwards. */
  close(): Promise<void>;
}

export interface LaneListener {
  /**
   * Receives each message once and in order, wherever the member is trained: a lane that restarts a member from its last `save` does not
   * repeat messages.
   */
  message(message: FromLane): void;
  /** The lane has failed for good; nothing follows. The run ends with this error and can be resumed. */
  end(cause: Error): void;
}
