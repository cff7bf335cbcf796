import type { Redis } from "ioredis";
import { type BlobStore, blobStore } from "./blob-store.ts";
import { folderPlace } from "./folder-place.ts";
import { redisPlace } from "./redis-place.ts";
import { s3Place } from "./s3-place.ts";

/**
 * Opens what `--store` names: a folder, or S3-compatible storage. Without it, small blobs go through the queue's own server.
 * @param connection to that server
 */
export async function openStore(named: string | undefined, connection: Redis): Promise<BlobStore> {
  if (named === undefined) return blobStore(redisPlace(connection));
  return blobStore(await (named.startsWith("s3://") ? s3Place(named) : folderPlace(named)));
}
