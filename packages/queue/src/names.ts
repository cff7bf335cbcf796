/** Prefix of all our keys: an ACL rule of the server can be `~benn:*`. */
export const PREFIX = "benn";

/**
 * One queue per version and class of machines: everything that affects bytes is part of its name, so that machines that would train other
 * bytes never see a job.
 * @param className from `findByteClass`
 */
export function queueName(version: string, className: string): string {
  return `benn.${version}.${className}`;
}

/** Keys of one job: the state of its member (a hash), and the run's requests (a string, and a channel of the same name). */
export function jobKeys(jobId: string): { readonly state: string; readonly control: string } {
  return { state: `${PREFIX}:job:${jobId}`, control: `${PREFIX}:control:${jobId}` };
}

/** BullMQ's lock for the holder of a job. */
export function lockKey(queue: string, jobId: string): string {
  return `${PREFIX}:${queue}:${jobId}:lock`;
}

/** The stream of messages of a run's members during training. */
export function feedKey(run: string): string {
  return `${PREFIX}:feed:${run}`;
}

/** The record of a living worker, by its id: it expires unless it is written again. */
export function workerKey(id: string): string {
  return `${PREFIX}:worker:${id}`;
}

/** Names that may become parts of keys and of paths. */
export const SAFE_NAME: RegExp = /^[\w.-]{1,100}$/;
