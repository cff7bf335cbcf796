/** What every key of ours begins with: an ACL rule of the server can be `~benn:*`. */
export const PREFIX = "benn";

/**
 * A queue for each version and class of machines: what decides on bytes is part of its name, so that machines that would train other bytes never
 * see a job.
 * @param className of `findByteClass`
 */
export function queueName(version: string, className: string): string {
  return `benn.${version}.${className}`;
}

/** Keys of one job: where its member stands (a hash), and what the run asks of it (a string, and a channel of the same name). */
export function jobKeys(jobId: string): { readonly state: string; readonly control: string } {
  return { state: `${PREFIX}:job:${jobId}`, control: `${PREFIX}:control:${jobId}` };
}

/** The lock that BullMQ keeps for the holder of a job. */
export function lockKey(queue: string, jobId: string): string {
  return `${PREFIX}:${queue}:${jobId}:lock`;
}

/** A stream with what members of a run say while they train. */
export function feedKey(run: string): string {
  return `${PREFIX}:feed:${run}`;
}

/** A worker that lives, by its id: it expires unless it is written again. */
export function workerKey(id: string): string {
  return `${PREFIX}:worker:${id}`;
}

/** Names that may become parts of keys and of paths. */
export const SAFE_NAME: RegExp = /^[\w.-]{1,100}$/;
