import type { Config } from "../../config.ts";
import type { DataIdentity } from "../same-data.ts";
import type { MembersAtATime } from "../threads/members-at-a-time.ts";
import type { FromLane, ToLane } from "./lane-messages.ts";

/**
 * Where the members of a run are trained: threads of this machine (`threadExecutor`), or machines behind a queue. Which one a run has is no
 * part of its configuration, since it changes none of its bytes. `testExecutor` of `@benn/core/testing` examines one.
 */
export interface Executor {
  /**
   * Opens the lanes of a run, once its data are read and its folder is made.
   * @returns undefined where the members train one by one in the calling thread
   * @throws UserError when the run cannot be trained there
   */
  lanes(run: RunToTrain): Promise<Lanes | undefined>;
}

/** A run, as an executor is told of it. */
export interface RunToTrain {
  readonly name: string;
  /** The run's folder, on this machine. */
  readonly folder: string;
  /**
   * What decides on the members' bytes, every default filled in, and nothing that is of this machine: where data lie, which cores and
   * devices compute, who listens, and which files plugins are in. Another machine settles those for itself.
   */
  readonly config: Config;
  /** What another machine's data are held against. */
  readonly data: DataIdentity;
  readonly members: number;
  /** Whether its members may train side by side; else each waits for the one before. */
  readonly independent: boolean;
  /** How this machine divides itself among members, for an executor that trains on it. */
  readonly here: MembersAtATime;
}

/** The lanes of one run. */
export interface Lanes {
  /** Members that train at a time, at most. */
  readonly count: number;
  /** Whether its lanes take `steer` and `profile`: those do that never begin a member again from an earlier `save`. Default false. */
  readonly steers?: boolean;
  /** Opens a lane. Called when a member waits and fewer than `count` lanes are open. */
  open(listener: LaneListener): MemberLane;
  /**
   * Called when the run ends, however it ends, after every lane was closed.
   * @param ended whether the run is over, and needs nothing more that its members left behind; else it may be resumed
   */
  close?(ended: boolean): Promise<void>;
}

/** Trains one member at a time: what `trainInLanes` needs of a thread, and no more. */
export interface MemberLane {
  /** Takes a copy: the sender goes on using what the message holds. */
  post(message: ToLane): void;
  /** Ends what trains there, without waiting for it to save, and returns when it is gone. Nothing is heard of the lane afterwards. */
  close(): Promise<void>;
}

export interface LaneListener {
  /**
   * Each thing once and in its order, whatever happened where it was trained: a lane that begins a member again, from its last `save`, does
   * not say twice what it has said.
   */
  message(message: FromLane): void;
  /** The lane has come to an end that it cannot mend; nothing follows. The run ends with this error and can be resumed. */
  end(cause: Error): void;
}
