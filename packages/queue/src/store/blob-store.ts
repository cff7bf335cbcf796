import { createHash } from "node:crypto";
import { UserError, z } from "@benn/core";

/** A blob, identified by its contents. */
export const blobRef = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z
    .int()
    .min(0)
    .max(2 ** 36),
});
export type BlobRef = z.output<typeof blobRef>;

/** Where blobs are stored: by their SHA-256, so that storing the same bytes twice stores them once. */
export interface BlobPlace {
  /** Identifies the place, so that workers and runs can check that they use the same one. */
  readonly id: string;
  /** For messages. */
  readonly title: string;
  write(sha256: string, bytes: Uint8Array): Promise<void>;
  /**
   * @param bytes expected length: never reads more
   * @returns undefined if there is no such blob, or it has another length
   */
  read(sha256: string, bytes: number): Promise<Uint8Array | undefined>;
  remove(sha256: string): Promise<void>;
  close?(): Promise<void>;
}

/** A place whose blobs are verified by their SHA-256. */
export interface BlobStore extends Pick<BlobPlace, "id" | "title"> {
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** @throws BlobError if the blob is missing, truncated or damaged */
  get(ref: BlobRef): Promise<Uint8Array>;
  remove(ref: BlobRef): Promise<void>;
  close(): Promise<void>;
}

/** A blob does not have its stored contents: the reader must have it made again. */
export class BlobError extends UserError {}

export function blobStore(place: BlobPlace): BlobStore {
  return {
    id: place.id,
    title: place.title,
    async put(bytes) {
      const sha256 = checksum(bytes);
      await place.write(sha256, bytes);
      return { sha256, bytes: bytes.byteLength };
    },
    async get({ sha256, bytes: length }) {
      const bytes = await place.read(sha256, length);
      if (!bytes || bytes.byteLength !== length)
        throw new BlobError(
          `${place.title}: has no blob ${sha256} of ${length} bytes. Was it removed, or was the store cleared meanwhile?`,
        );
      const found = checksum(bytes);
      if (found !== sha256) throw new BlobError(`${place.title}: blob ${sha256} has SHA-256 ${found}. It was damaged.`);
      return bytes;
    },
    remove: ({ sha256 }) => place.remove(sha256),
    close: async () => await place.close?.(),
  };
}

function checksum(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
