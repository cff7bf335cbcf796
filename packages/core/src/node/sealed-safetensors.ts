import { type Safetensors, readSafetensors, writeSafetensors } from "../safetensors.ts";
import { UserError } from "../user-error.ts";
import { checksum } from "./checksum.ts";

// A safetensors file that contains its own checksum: SHA-256 of the whole file with zeros in place of the checksum. The checksum is the
// first entry of the metadata, so that its position is known before anything is parsed.

const BEFORE = '{"__metadata__":{"sha256":"';
const AT = 8 + BEFORE.length;
const DIGITS = 64;
const NONE = "0".repeat(DIGITS);

export function writeSealed({ metadata, tensors }: Safetensors): Uint8Array {
  const bytes = writeSafetensors({ metadata: { sha256: NONE, ...metadata }, tensors });
  bytes.set(Buffer.from(checksum(bytes), "latin1"), AT);
  return bytes;
}

/**
 * @returns `sealed` is false for a file without a checksum, as older versions wrote them
 * @throws UserError if the file is damaged
 */
export function readSealed(bytes: Uint8Array, path: string): Safetensors & { readonly sealed: boolean } {
  const text = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString("latin1");
  const sealed = text(8, AT) === BEFORE;
  if (sealed) {
    const saved = text(AT, AT + DIGITS);
    const found = checksum(bytes.subarray(0, AT), NONE, bytes.subarray(AT + DIGITS));
    if (found !== saved)
      throw new UserError(
        `${path}: has SHA-256 ${found}, not ${printable(saved)} as when it was written. The file was damaged; restore it from a copy, or try "benn fsck --mend".`,
      );
  }
  return { ...readSafetensors(bytes, path), sealed };
}

function printable(text: string): string {
  return /^[0-9a-f]*$/.test(text) ? text : JSON.stringify(text);
}
