import { UserError } from "@benn/core";
import { Redis } from "ioredis";

/**
 * A connection that waits for an unreachable server indefinitely, as BullMQ requires.
 * @param onTrouble called with errors, which repeat while the server is unreachable
 */
export function connect(url: string, onTrouble: (message: string) => void): Redis {
  refuseOther(url);
  const connection = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(250 * times, 5000),
  });
  connection.on("error", (error) => onTrouble(`${withoutPassword(url)}: ${error.message}`));
  return connection;
}

function refuseOther(url: string): void {
  if (/^rediss?:\/\/./.test(url)) return;
  throw new UserError(`--on: ${withoutPassword(url)} is no address of a queue. Expected redis://HOST or rediss://HOST (encrypted).`);
}

/** For messages and logs. */
export function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^@/]*@/, "$1");
}

/** @throws UserError if the server cannot be reached, or may evict data */
export async function checkServer(url: string): Promise<void> {
  refuseOther(url);
  const connection = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
  connection.on("error", () => {}); // reported below
  try {
    await connection.connect();
    const policy = /^maxmemory_policy:(\S+)/m.exec(await connection.info("memory"))?.[1];
    if (policy !== undefined && policy !== "noeviction") {
      throw new UserError(
        `${withoutPassword(url)}: throws away keys when its memory is full (maxmemory-policy ${policy}), and a queue's may be among them. Set maxmemory-policy noeviction.`,
      );
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${withoutPassword(url)}: cannot be reached: ${said.replace(/\.$/, "")}. Is the server running, and the password right?`,
      {
        cause: error,
      },
    );
  } finally {
    connection.disconnect();
  }
}
