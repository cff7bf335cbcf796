import type { Redis } from "ioredis";
import { jobKeys, lockKey } from "../names.ts";

// What the server keeps of a job besides the job: where it stands, and how often it was begun there.

/** A job in a worker's hands. */
export interface HeldJob {
  readonly jobId: string;
  /** By which BullMQ knows who holds the job. */
  readonly token: string;
  readonly queue: string;
  readonly connection: Redis;
}

/** How often a job may begin at one place without coming further, before it counts as what ends its workers. */
export const MOST_STARTS = 3;

/** Sets where a job stands, as long as whoever says so holds the job. Returns what stood there before. */
const SET_STANDING = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return false end
local before = redis.call("HGET", KEYS[2], "standing") or ""
redis.call("HSET", KEYS[2], "standing", ARGV[2])
redis.call("EXPIRE", KEYS[2], ARGV[3])
return before`;
const STATE_SECONDS = 30 * 86_400;

export async function readStanding({ jobId, connection }: Pick<HeldJob, "jobId" | "connection">): Promise<string | null> {
  return await connection.hget(jobKeys(jobId).state, "standing");
}

/**
 * @returns where the job stood before
 * @throws Error when another worker has it: what this one trains is of no use any more
 */
export async function setStanding({ jobId, token, queue, connection }: HeldJob, now: object): Promise<string | null> {
  const before = await connection.eval(
    SET_STANDING,
    2,
    lockKey(queue, jobId),
    jobKeys(jobId).state,
    token,
    JSON.stringify(now),
    STATE_SECONDS,
  );
  if (before === null) throw new Error("the job is another worker's by now");
  return typeof before === "string" ? before : null;
}

/** Counts that the job begins at this place. @returns false when it has ended too many workers there */
export async function mayStart({ jobId, connection }: HeldJob, place: string): Promise<boolean> {
  const { state } = jobKeys(jobId);
  const starts = await connection.hincrby(state, `starts-${place}`, 1);
  await connection.expire(state, STATE_SECONDS);
  if (starts <= MOST_STARTS) return true;
  await connection.hdel(state, `starts-${place}`);
  return false;
}

/** A worker that leaves is none that was ended. */
export async function forgetStart({ jobId, connection }: HeldJob, place: string): Promise<void> {
  await connection.hdel(jobKeys(jobId).state, `starts-${place}`);
}

/** So that a job which is queued again may begin again. */
export async function forgetStarts({ jobId, connection }: Pick<HeldJob, "jobId" | "connection">): Promise<void> {
  const { state } = jobKeys(jobId);
  const starts = (await connection.hkeys(state)).filter((key) => key.startsWith("starts-"));
  if (starts.length > 0) await connection.hdel(state, ...starts);
}
