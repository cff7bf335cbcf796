import { UserError } from "@benn/core";
import { bytes as sizeText } from "@benn/core/quantities";
import type { Redis } from "ioredis";
import { PREFIX } from "../names.ts";
import type { BlobPlace } from "./blob-store.ts";

export interface RedisLimits {
  /** Maximum bytes of one blob. Default 64 MiB. */
  readonly blob?: number;
  /** Maximum bytes of all blobs. Default 1 GiB. */
  readonly all?: number;
}

const TOTAL = `${PREFIX}:blob-bytes`;

/**
 * Writes a blob and counts its bytes, unless there would be too many. One that is there already is written again: it may be damaged. Returns the
 * bytes that there are, or −1 for too many.
 */
const WRITE = `
local more = string.len(ARGV[1]) - redis.call("STRLEN", KEYS[1])
if tonumber(redis.call("GET", KEYS[2]) or "0") + more > tonumber(ARGV[2]) then return -1 end
redis.call("SET", KEYS[1], ARGV[1])
return redis.call("INCRBY", KEYS[2], more)`;

const REMOVE = `
local length = redis.call("STRLEN", KEYS[1])
if redis.call("DEL", KEYS[1]) == 1 then redis.call("DECRBY", KEYS[2], length) end`;

/** The memory of the queue's own server: for small networks, up to fixed sizes. */
export function redisPlace(connection: Redis, { blob: most = 2 ** 26, all = 2 ** 30 }: RedisLimits = {}): BlobPlace {
  const keyOf = (sha256: string): string => `${PREFIX}:blob:${sha256}`;
  const more = "Give every machine a folder that all of them see, with --store DIR, or s3://BUCKET.";
  return {
    id: "redis",
    title: "the queue's server",
    async write(sha256, bytes) {
      if (bytes.byteLength > most)
        throw new UserError(
          `the queue's server: is to hold blobs up to ${sizeText(most)}, and this member's has ${sizeText(bytes.byteLength)}. ${more}`,
        );
      const total = await connection.eval(WRITE, 2, keyOf(sha256), TOTAL, asBuffer(bytes), all);
      if (total === -1) throw new UserError(`the queue's server: is to hold ${sizeText(all)} of blobs, and they are used up. ${more}`);
    },
    async read(sha256, bytes) {
      if ((await connection.strlen(keyOf(sha256))) !== bytes) return undefined;
      return (await connection.getBuffer(keyOf(sha256))) ?? undefined;
    },
    async remove(sha256) {
      await connection.eval(REMOVE, 2, keyOf(sha256), TOTAL);
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
