import type { Worker } from "node:worker_threads";
import type { RunControl } from "../../run-control.ts";
import type { MemberJob, MemberTrainer, TrainedMember } from "../../train/member-trainer.ts";
import type { RunStore } from "../../train/run-store.ts";
import type { Emitted } from "../../train/emitted.ts";
import { UserError } from "../../user-error.ts";
import type { FromThread, ToThread } from "./thread-messages.ts";

export interface ThreadsOptions {
  /** Members trained at a time. */
  readonly count: number;
  /** Members of the run. */
  readonly members: number;
  readonly control: RunControl;
  readonly store: Pick<RunStore, "saveAhead" | "loadAhead">;
  /** Starts a thread whose module calls `serveMembers`. */
  startThread(): Worker;
}

/** A member that a thread trains, or has trained. */
interface Lane {
  readonly member: number;
  /** What it said and nobody has looked at yet. */
  readonly inbox: FromThread[];
  /** Events that were shown, and wait to be written to the log until every member before this one stands there. */
  readonly backlog: Emitted[];
  settled: boolean;
}

/**
 * Trains members side by side, each in a thread of its own: for runs in which no member depends on another. The log gets
 * the events member by member, as if they had been trained one after the other, so that a run's bytes do not depend on
 * which thread was faster; the screen gets them as they happen.
 */
export function trainInThreads({ count, members, control, store, startThread }: ThreadsOptions): MemberTrainer {
  const lanes = new Map<number, Lane>();
  const idle: Worker[] = [];
  const threads = new Set<Worker>();
  let next = 0;
  /** The member whose turn it is: what it says goes to the log and the run's own checkpoint. */
  let front = -1;
  let wake: () => void = () => {};
  let died: Error | undefined;

  const post = (thread: Worker, message: ToThread): void => thread.postMessage(message); // eslint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
  const tell = (thread: Worker): void => post(thread, { kind: "control", paused: control.paused, stop: control.stop });
  const unsubscribe = control.subscribe(() => {
    for (const thread of threads) tell(thread);
  });

  const open = (): Worker => {
    const thread = startThread();
    threads.add(thread);
    thread.on("message", (message: FromThread) => {
      const lane = lanes.get(message.member);
      lane?.inbox.push(message);
      if (message.kind === "failed") died ??= revive(message);
      if (message.kind === "done") {
        if (lane) lane.settled = true;
        idle.push(thread);
      }
      wake();
    });
    thread.on("error", (cause) => {
      died ??= new Error(`a thread that trains members died: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      wake();
    });
    thread.on("exit", () => {
      if (threads.delete(thread)) died ??= new Error("a thread that trains members ended before its time");
      wake();
    });
    tell(thread);
    return thread;
  };

  /** Gives members that have not begun to threads that have nothing to do. */
  const fill = async (job: MemberJob): Promise<void> => {
    next = Math.max(next, job.member);
    while (next < members && control.stop === "no" && (idle.length > 0 || threads.size < count)) {
      const member = next++;
      const ahead = await store.loadAhead(member);
      const from = (member === job.member ? job.from : undefined) ?? ahead?.training;
      const said = from === ahead?.training ? (ahead?.events ?? []) : []; // a front's own checkpoint has its events in the log
      lanes.set(member, { member, inbox: said.map((event) => ({ kind: "event", member, event })), backlog: [], settled: false });
      const { sampleWeights, start } = job;
      post(idle.pop() ?? open(), { kind: "train", member, sampleWeights, start, from });
    }
  };

  /** Takes what members behind the front said: shown at once, logged and saved for later. */
  async function* look(lane: Lane): AsyncGenerator<Emitted> {
    for (let message = lane.inbox[0]; message && message.kind !== "done"; message = lane.inbox[0]) {
      lane.inbox.shift();
      if (message.kind === "event" && message.event.type !== "control") {
        if (message.event.type !== "progress") lane.backlog.push(message.event);
        yield { ...message.event, route: "screen" };
      } else if (message.kind === "save") await store.saveAhead(lane.member, { training: message.training, events: lane.backlog });
    }
  }

  return {
    async *train(job): AsyncGenerator<Emitted, TrainedMember> {
      front = job.member;
      await fill(job);
      const own = lanes.get(job.member);
      if (!own) return { finished: false };
      for (const event of own.backlog.splice(0)) yield { ...event, route: "log" };
      let outcome: TrainedMember | undefined;
      for (;;) {
        if (died) throw died;
        for (let message = own.inbox.shift(); message; message = own.inbox.shift()) {
          if (message.kind === "event") yield message.event;
          else if (message.kind === "save") await job.save(message.training);
          else if (message.kind === "done") ({ outcome } = message);
        }
        for (const lane of lanes.values()) if (lane !== own) yield* look(lane);
        await fill(job);
        const waits = control.stop !== "no" && [...lanes.values()].some((lane) => !lane.settled);
        if (outcome && !waits) break;
        if (own.inbox.length === 0 && !died) await new Promise<void>((resolve) => (wake = resolve));
      }
      lanes.delete(job.member);
      return outcome;
    },
    discard: () => lanes.clear(),
    async close() {
      unsubscribe();
      // Stopped between two members: those that are on their way still save.
      while (control.stop !== "no" && !died && [...lanes.values()].some((lane) => !lane.settled)) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      for (const lane of lanes.values()) if (lane.member !== front) for await (const _ of look(lane));
      const all = [...threads];
      threads.clear();
      await Promise.all(all.map((thread) => thread.terminate()));
    },
  };
}

/** Errors lose their class on the way between threads. */
function revive({ isUserError, message, stack }: Extract<FromThread, { kind: "failed" }>): Error {
  const error = isUserError ? new UserError(message) : new Error(message);
  error.stack = stack;
  return error;
}
