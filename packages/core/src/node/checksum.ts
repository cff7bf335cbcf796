import { createHash } from "node:crypto";

/** Bytes hashed per call; OpenSSL accepts at most 2 GiB. */
const PIECE = 2 ** 30;

/** SHA-256 of the concatenated parts, in hexadecimal. */
export function checksum(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    if (typeof part === "string") hash.update(part);
    else for (let at = 0; at < part.byteLength; at += PIECE) hash.update(part.subarray(at, at + PIECE));
  }
  return hash.digest("hex");
}
