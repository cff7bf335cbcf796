import type { Config } from "@benn/core";
import type { DataIdentity, FromLane, LaneListener, MemberLane } from "@benn/core/node";

export interface LanePlan {
  readonly config: Config;
  readonly data: DataIdentity;
  /** Index among this worker's lanes, from 0: one member trains in each. */
  readonly slot: number;
}

/** Opens a lane on this machine for members of a run: a thread that has read the run's data. */
export type OpenLane = (plan: LanePlan, listener: LaneListener) => MemberLane;

/** A lane in use by one job. */
export interface TakenLane {
  readonly lane: MemberLane;
  /** Whether it may train another member of the same run; a stopped lane may not. */
  release(isReusable: boolean): Promise<void>;
}

interface Slot {
  readonly number: number;
  isTaken: boolean;
  /** Key of the run whose data the thread has read. */
  key?: string;
  lane?: MemberLane | undefined;
  listener: LaneListener;
}

const nobody: LaneListener = { message() {}, end() {} };

/** As many lanes as the worker trains members at a time. A lane is kept for the next member of the same run, since reading data is slow. */
export class LanePool {
  readonly #slots: Slot[];
  readonly #open: OpenLane;

  constructor(count: number, open: OpenLane) {
    this.#slots = Array.from({ length: count }, (_, number) => ({ number, isTaken: false, listener: nobody }));
    this.#open = open;
  }

  /** @param key equal for members that the same lane can train */
  async take(key: string, { config, data }: Omit<LanePlan, "slot">, listener: LaneListener): Promise<TakenLane> {
    const free = this.#slots.filter(({ isTaken }) => !isTaken);
    const slot = free.find((one) => one.key === key && one.lane) ?? free.find((one) => !one.lane) ?? free[0];
    if (!slot) throw new Error("a job was taken while every lane trains");
    slot.isTaken = true;
    slot.listener = listener;
    if (slot.key !== key) await this.#end(slot);
    slot.key = key;
    const lane = (slot.lane ??= this.#open(
      { config, data, slot: slot.number },
      {
        message: (message: FromLane) => slot.listener.message(message),
        end: (cause) => {
          slot.lane = undefined;
          slot.listener.end(cause);
        },
      },
    ));
    return {
      lane,
      release: async (isReusable) => {
        slot.listener = nobody;
        if (!isReusable) await this.#end(slot);
        slot.isTaken = false;
      },
    };
  }

  /** Takes a lane's part of the machine for something else: its thread ends. */
  async reserve(): Promise<{ readonly slot: number; release(): void }> {
    const slot = this.#slots.find(({ isTaken, lane }) => !isTaken && !lane) ?? this.#slots.find(({ isTaken }) => !isTaken);
    if (!slot) throw new Error("a job was taken while every lane trains");
    slot.isTaken = true;
    await this.#end(slot);
    delete slot.key;
    return { slot: slot.number, release: () => void (slot.isTaken = false) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => this.#end(slot)));
  }

  async #end(slot: Slot): Promise<void> {
    const { lane } = slot;
    slot.lane = undefined;
    await lane?.close();
  }
}
