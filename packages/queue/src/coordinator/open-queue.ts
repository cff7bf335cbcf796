import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { type FeedEntry, hear } from "../feed.ts";
import { PREFIX } from "../names.ts";
import { checkServer, connect, type ServerPlace } from "../redis-connection.ts";
import type { BlobStore } from "../store/blob-store.ts";
import { openStore } from "../store/open-store.ts";

/** What follows a job. */
export interface JobFollower {
  said(entry: FeedEntry): void;
  /** The job has come to an end. */
  settled(): void;
}

/** The queue of a class of machines, for whoever has jobs done there. */
export interface OpenQueue {
  readonly queue: Queue;
  readonly commands: Redis;
  readonly store: BlobStore;
  /** Has what is said of a job passed on. @returns a function that ends it */
  follow(jobId: string, follower: JobFollower): () => void;
  close(): Promise<void>;
}

export interface OpenQueueOptions extends ServerPlace {
  readonly store?: string | undefined;
  /** Of the queue. */
  readonly name: string;
  /** The stream that its jobs of ours are told on. */
  readonly feed: string;
  onNews(message: string): void;
}

/** @throws UserError when the server or the store cannot be used */
export async function openQueue({ store: named, name, feed, onNews, ...place }: OpenQueueOptions): Promise<OpenQueue> {
  await checkServer(place);
  const open: Redis[] = [];
  const connection = (): Redis => {
    const made = connect(place, (message) => onNews(`${message}. Workers train on; waiting for it.`));
    open.push(made);
    return made;
  };
  const commands = connection();
  const store = await openStore(named, commands);
  const queue = new Queue(name, { connection: commands, prefix: PREFIX });
  const ends = new QueueEvents(name, { connection: connection(), prefix: PREFIX });
  queue.on("error", () => {}); // told by the connection
  ends.on("error", () => {});
  await Promise.all([queue.waitUntilReady(), ends.waitUntilReady()]);

  const followers = new Map<string, JobFollower>();
  const settled = ({ jobId }: { jobId: string }): void => followers.get(jobId)?.settled();
  ends.on("completed", settled);
  ends.on("failed", settled);
  ends.on("removed", settled);
  const closing = new AbortController();
  const hearing = hear(connection(), feed, (jobId, entry) => followers.get(jobId)?.said(entry), closing.signal).catch((error: unknown) => {
    if (!closing.signal.aborted) onNews(`the queue's feed ended: ${String(error)}`);
  });
  return {
    queue,
    commands,
    store,
    follow(jobId, follower) {
      followers.set(jobId, follower);
      return () => void followers.delete(jobId);
    },
    async close() {
      closing.abort();
      const isAway = commands.status !== "ready";
      for (const one of open) one.disconnect();
      const closed = Promise.all([queue.close(), ends.close(), hearing, store.close()].map((one) => one.catch(() => {})));
      // BullMQ waits for a server that is away.
      if (!isAway) await closed;
      else for (const one of [queue, ends]) one.disconnect().catch(() => {});
    },
  };
}
