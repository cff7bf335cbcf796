import type { MembersElsewhere } from "@benn/core";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { FeedEntry } from "../feed.ts";
import { findWorkers } from "../worker/presence.ts";

/** Between two looks at who is there. */
const LOOK_MILLISECONDS = 2000;

interface Seen {
  readonly worker: string;
  /** When it was last heard of, by this machine's own clock: those of workers may be hours off. */
  at: number;
}

export interface WorkerWatchTask {
  readonly queue: Queue;
  readonly connection: Redis;
  readonly version: string;
  readonly className: string;
  onWorkers(seen: MembersElsewhere): void;
}

/** Keeps track of who trains the members of a run, and says so now and then. */
export class WorkerWatch {
  readonly #task: WorkerWatchTask;
  readonly #members = new Map<number, Seen>();
  readonly #looking: NodeJS.Timeout;
  #retaken = 0;

  constructor(task: WorkerWatchTask) {
    this.#task = task;
    this.#looking = setInterval(() => void this.#look().catch(() => {}), LOOK_MILLISECONDS).unref(); // a server that is away is told of elsewhere
  }

  heard(member: number, entry: FeedEntry): void {
    if (entry.kind === "taken") {
      this.#members.set(member, { worker: entry.worker, at: performance.now() });
      if (entry.attempt > 1) this.#retaken += 1;
      this.#look().catch(() => {});
      return;
    }
    const seen = this.#members.get(member);
    if (seen) seen.at = performance.now();
  }

  /** The member's job has come to an end. */
  over(member: number): void {
    this.#members.delete(member);
  }

  close(): void {
    clearInterval(this.#looking);
  }

  async #look(): Promise<void> {
    const { queue, connection, version, className, onWorkers } = this.#task;
    const all = await findWorkers(connection);
    const { wait = 0, delayed = 0 } = await queue.getJobCounts("wait", "delayed");
    onWorkers({
      type: "workers",
      workers: all.filter((worker) => worker.className === className && worker.version === version).length,
      waiting: wait + delayed,
      retaken: this.#retaken,
      members: [...this.#members].map(([member, { worker, at }]) => ({
        member,
        worker,
        silentSeconds: Math.round((performance.now() - at) / 1000),
      })),
    });
  }
}
