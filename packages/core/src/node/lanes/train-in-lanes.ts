import type { RunControl } from "../../run-control.ts";
import type { MemberJob, MemberTrainer, TrainedMember } from "../../train/member-trainer.ts";
import type { RunStore } from "../../train/run-store.ts";
import type { Emitted } from "../../train/emitted.ts";
import { UserError } from "../../user-error.ts";
import type { Lanes, MemberLane } from "./executor.ts";
import type { FromLane, ToLane } from "./lane-messages.ts";

export interface LanesOptions {
  readonly lanes: Lanes;
  /** Number of members of the run, which may grow. */
  members(): number;
  /** Whether members may start before the previous one is done. */
  readonly independent: boolean;
  readonly control: RunControl;
  readonly store: Pick<RunStore, "saveAhead" | "loadAhead"> & {
    /** How many events of the member the log holds. */
    countEvents(member: number): Promise<number>;
  };
}

const REFUSED = "Members that other machines train are neither steered nor profiled: what was asked is dropped.";

/** A member that a lane trains or has trained. */
interface OwnMember {
  readonly member: number;
  readonly lane: MemberLane;
  /** Messages that were not processed yet. */
  readonly inbox: FromLane[];
  /** Events that were shown, but are logged only after those of all earlier members. */
  readonly backlog: Emitted[];
  settled: boolean;
}

/**
 * Trains members in lanes, in parallel if no member depends on another. The log receives events member by member, as if they had been
 * trained one after the other, so that a run's bytes do not depend on which lane was faster; the screen receives them as they happen.
 */
export function trainInLanes({ lanes, members: count, independent, control, store }: LanesOptions): MemberTrainer {
  const members = new Map<number, OwnMember>();
  const idle: MemberLane[] = [];
  const open = new Set<MemberLane>();
  let next = 0;
  /** The member whose turn it is: its events go to the log and its state to the run's own checkpoint. */
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
    wake(); // added members may start at once
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

  /** Assigns pending members to idle lanes. */
  const fill = async (job: MemberJob): Promise<void> => {
    next = Math.max(next, job.member);
    const last = independent ? count() : job.member + 1;
    while (next < last && control.stop === "no" && (idle.length > 0 || open.size < lanes.count)) {
      const member = next++;
      const ahead = await store.loadAhead(member);
      const from = (member === job.member ? job.from : undefined) ?? ahead?.training;
      const said = from === ahead?.training ? (ahead?.events ?? []) : []; // the log has the events of the front's own checkpoint
      const lane = idle.pop() ?? openLane();
      members.set(member, { member, lane, inbox: said.map((event) => ({ kind: "event", member, event })), backlog: [], settled: false });
      const { sampleWeights, ensemble, start } = job;
      if (ensemble && !lanes.steers)
        throw new UserError("The scheme adds members up, and other machines are not given the sum. Train on this machine alone.");
      const known = from && from !== ahead?.training ? await store.countEvents(member) : said.length;
      lane.post({
        kind: "train",
        member,
        sampleWeights,
        ...(ensemble ? { ensemble } : {}),
        start,
        from,
        said: known,
        planned: control.plannedFor(member),
      });
    }
  };

  /** Processes messages of members after the front one: shown at once, logged and saved later. */
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
      // Stopped between two members: members in training still save.
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

/** Errors lose their class when they are sent between threads. */
function revive({ isUserError, message, stack }: Extract<FromLane, { kind: "failed" }>): Error {
  const error = isUserError ? new UserError(message) : new Error(message);
  error.stack = stack;
  return error;
}
