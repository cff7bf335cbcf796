import { PackedError } from "./packed-error.ts";
import type { TensorFile } from "./read-safetensors.ts";

/**
 * Verifies the checksum in a file. Files of earlier exporters have none, and browsers cannot compute one on a page loaded by plain http.
 * @throws PackedError if it does not match
 */
export async function checkSum({ metadata, data }: TensorFile, name: string): Promise<void> {
  const { sha256, model } = metadata;
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (sha256 === undefined || !subtle) return;
  const digest = async (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => {
    // Shared memory is refused by `crypto`.
    const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
    return new Uint8Array(await subtle.digest("SHA-256", own));
  };
  const both = new Uint8Array(64);
  both.set(await digest(new TextEncoder().encode(model)));
  both.set(await digest(data), 32);
  const sum = Array.from(await digest(both), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (sum !== sha256)
    throw new PackedError(`${name}: has another checksum than its header gives. The file is damaged; fetch or export it again.`);
}
