import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { UserError } from "@benn/core";
import { fileError } from "@benn/core/internals";
import { Redis, type RedisOptions } from "ioredis";

/** A server, and how it may be reached. */
export interface ServerPlace {
  /** `redis://…`, or `rediss://…` for TLS. */
  readonly url: string;
  /** File with the certificate of the authority that signed the server's. Default: those that Node knows. */
  readonly ca?: string | undefined;
  /** Whether a server without a password may be on another machine. Default false. */
  readonly insecure?: boolean | undefined;
}

/**
 * A connection that waits out a server that is away, for as long as that takes, as BullMQ asks of its own.
 * @param onTrouble is told of errors, which repeat while the server is away
 * @throws UserError for an address that is none, or not safe
 */
export function connect(place: ServerPlace, onTrouble: (message: string) => void): Redis {
  const connection = new Redis(place.url, {
    ...optionsOf(place),
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(250 * times, 5000),
  });
  connection.on("error", (error) => onTrouble(`${withoutPassword(place.url)}: ${error.message}`));
  return connection;
}

function optionsOf({ url, ca, insecure = false }: ServerPlace): RedisOptions {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "")
    throw new UserError(`--on: ${withoutPassword(url)} is no address of a queue. Expected redis://HOST or rediss://HOST (encrypted).`);
  if (parsed.password === "" && !isHere(parsed.hostname) && !insecure) {
    throw new UserError(
      `--on: ${withoutPassword(url)} is another machine, and the address has no password: whoever reaches that server could choose what workers train. ` +
        "Give the server one (requirepass), and name it with redis://:PASSWORD@HOST in BENN_QUEUE_URL, or in BENN_QUEUE_PASSWORD. " +
        "If nobody else reaches that server, add --insecure.",
    );
  }
  if (ca === undefined) return {};
  if (parsed.protocol !== "rediss:")
    throw new UserError(`--ca: is for a server that encrypts, but ${withoutPassword(url)} is not encrypted. Name it with rediss://.`);
  try {
    return { tls: { ca: readFileSync(ca) } };
  } catch (error) {
    throw fileError(ca, "read", error);
  }
}

/** Whether only this machine answers by that name. */
function isHere(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return bare === "localhost" || bare === "::1" || (isIP(bare) === 4 && bare.startsWith("127."));
}

/** For messages and logs. */
export function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/).*@/s, "$1");
}

/**
 * @throws UserError when the server cannot be reached or is not safe, or may throw away what it holds
 */
export async function checkServer(place: ServerPlace): Promise<void> {
  const shown = withoutPassword(place.url);
  const connection = new Redis(place.url, {
    ...optionsOf(place),
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  let cause: Error | undefined; // of a connection that is closed: the error of the command says only that it is
  connection.on("error", (error) => (cause ??= error));
  try {
    await connection.connect();
    const policy = /^maxmemory_policy:(\S+)/m.exec(await connection.info("memory"))?.[1];
    if (policy !== undefined && policy !== "noeviction") {
      throw new UserError(
        `${shown}: throws away keys when its memory is full (maxmemory-policy ${policy}), and a queue's may be among them. Set maxmemory-policy noeviction.`,
      );
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const said = (cause ?? (error instanceof Error ? error : new Error(String(error)))).message;
    const advice = /certificate|self[- ]signed/i.test(said)
      ? "Name the certificate of the authority that signed the server's with --ca FILE."
      : "Is the server running, and the password right?";
    throw new UserError(`${shown}: cannot be reached: ${said.replace(/\.$/, "")}. ${advice}`, { cause: error });
  } finally {
    connection.disconnect();
  }
}
