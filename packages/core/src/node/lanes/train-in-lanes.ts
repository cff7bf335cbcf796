import type { RunControl } from "../../run-control.ts";
import type { MemberJob, MemberTrainer, TrainedMember } from "../../train/member-trainer.ts";
import type { RunStore } from "../../train/run-store.ts";
import type { Emitted } from "../../train/emitted.ts";
import { UserError } from "../../user-error.ts";
import type { Lanes, MemberLane } from "./executor.ts";
import type { FromLane, ToLane } from "./lane-messages.ts";

export interface LanesOptions {
  readonly lanes: Lanes;
  /** Members of the run, which may grow. */
  members(): number;
  /** Whether members behind the one whose turn it is may begin; else each waits for the one before. */
  readonly independent: boolean;
  readonly control: RunControl;
  readonly store: Pick<RunStore, "saveAhead" | "loadAhead"> & {
    /** How many events of the member the log holds. */
    countEvents(member: number): Promise<number>;
  };
}

const REFUSED = "Members that other machines train are neither steered nor profiled: what was asked is dropped.";

/** A member that a lane trains, or has trained. */
interface OwnMember {
  readonly member: number;
  readonly lane: MemberLane;
  /** What it said and nobody has looked at yet. */
  readonly inbox: FromLane[];
  /** Events that were shown, and wait to be written to the log until every member before this one stands there. */
  readonly backlog: Emitted[];
  settled: boolean;
}

/**
 * Trains members in lanes, side by side where no member depends on another. The log gets the events member by member, as if they had been
 * trained one after the other, so that a run's bytes do not depend on which lane was faster; the screen gets them as they happen.
 */
export function trainInLanes({ lanes, members: count, independent, control, store }: LanesOptions): MemberTrainer {
  const members = new Map<number, OwnMember>();
  const idle: MemberLane[] = [];
  const open = new Set<MemberLane>();
  let next = 0;
  /** The member whose turn it is: what it says goes to the log and the run's own checkpoint. */
  let front = -1;
  let wake: () => void = () => {};
  let died: Error | undefined;
  let hasRefused = false;

  const controls = (): ToLane => ({ kind: "control", paused: control.paused, stop: control.stop });
  const unsubscribe = control.subscribe(() => {
    for (const lane of open) lane.post(controls());
    for (const { member, lane, settled } of members.values()) {
      const steps = control.takeProfile(member);
      const asked = control.takeAsked(member);
      if (settled) continue;
      if (!lanes.steers && (steps > 0 || asked.length > 0)) hasRefused = true;
      if (!lanes.steers) continue;
      if (steps > 0) lane.post({ kind: "profile", member, steps });
      for (const steering of asked) lane.post({ kind: "steer", member, steering });
    }
    wake(); // members that were added may begin at once
  });

  const openLane = (): MemberLane => {
    const lane: MemberLane = lanes.open({
      message(message) {
        const own = members.get(message.member);
        own?.inbox.push(message);
        if (message.kind === "failed") died ??= revive(message);
        if (message.kind === "done") {
          if (own) own.settled = true;
          idle.push(lane);
        }
        wake();
      },
      end(cause) {
        died ??= cause;
        wake();
      },
    });
    open.add(lane);
    lane.post(controls());
    return lane;
  };

  /** Gives members that have not begun to lanes that have nothing to do. */
  const fill = async (job: MemberJob): Promise<void> => {
    next = Math.max(next, job.member);
    const last = independent ? count() : job.member + 1;
    while (next < last && control.stop === "no" && (idle.length > 0 || open.size < lanes.count)) {
      const member = next++;
      const ahead = await store.loadAhead(member);
      const from = (member === job.member ? job.from : undefined) ?? ahead?.training;
      const said = from === ahead?.training ? (ahead?.events ?? []) : []; // a front's own checkpoint has its events in the log
      const lane = idle.pop() ?? openLane();
      members.set(member, { member, lane, inbox: said.map((event) => ({ kind: "event", member, event })), backlog: [], settled: false });
      const { sampleWeights, start } = job;
      const known = from && from !== ahead?.training ? await store.countEvents(member) : said.length;
      lane.post({ kind: "train", member, sampleWeights, start, from, said: known, planned: control.plannedFor(member) });
    }
  };

  /** Takes what members behind the front said: shown at once, logged and saved for later. */
  async function* look(own: OwnMember): AsyncGenerator<Emitted> {
    for (let message = own.inbox[0]; message && message.kind !== "done"; message = own.inbox[0]) {
      own.inbox.shift();
      if (message.kind === "event" && message.event.type !== "control") {
        if (message.event.type !== "progress" && message.event.type !== "profile") own.backlog.push(message.event);
        yield { ...message.event, route: "screen" };
      } else if (message.kind === "save") await store.saveAhead(own.member, { training: message.training, events: own.backlog });
    }
  }

  return {
    async *train(job): AsyncGenerator<Emitted, TrainedMember> {
      front = job.member;
      await fill(job);
      const own = members.get(job.member);
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
        for (const other of members.values()) if (other !== own) yield* look(other);
        await fill(job);
        if (hasRefused) yield { type: "warning", message: REFUSED, route: "screen" };
        hasRefused = false;
        const waits = control.stop !== "no" && [...members.values()].some(({ settled }) => !settled);
        if (outcome && !waits) break;
        if (own.inbox.length === 0 && !died) await new Promise<void>((resolve) => (wake = resolve));
      }
      members.delete(job.member);
      return outcome;
    },
    discard: () => members.clear(),
    async close(ended = false) {
      unsubscribe();
      // Stopped between two members: those that are on their way still save.
      while (control.stop !== "no" && !died && [...members.values()].some(({ settled }) => !settled)) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      for (const own of members.values()) if (own.member !== front) for await (const _ of look(own));
      const all = [...open];
      open.clear();
      await Promise.all(all.map((lane) => lane.close()));
      await lanes.close?.(ended);
    },
  };
}

/** Errors lose their class on the way. */
function revive({ isUserError, message, stack }: Extract<FromLane, { kind: "failed" }>): Error {
  const error = isUserError ? new UserError(message) : new Error(message);
  error.stack = stack;
  return error;
}
