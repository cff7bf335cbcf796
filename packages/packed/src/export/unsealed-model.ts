import { type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import { FORMAT_VERSIONS, type MemberHeader, type ModelHeader } from "../graph.ts";

/** A .benn file that lacks its checksum: SHA-256 over the SHA-256 of `model` and that of `data`. */
export interface UnsealedModel {
  readonly model: Uint8Array;
  readonly data: Uint8Array;
  /** @param sha256 in hexadecimal @returns the file */
  seal(sha256: string): Uint8Array;
}

export function unsealedModel(
  header: Omit<ModelHeader, "members">,
  members: readonly MemberHeader[],
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): UnsealedModel {
  const model = JSON.stringify({ ...header, members } satisfies ModelHeader);
  // The second version where the first has no words for it, so that readers of the first read all else.
  const hasCodes = members.some(({ nodes }) => nodes.some(({ op }) => op === "quantize"));
  const metadata = { format: "benn", version: FORMAT_VERSIONS[hasCodes ? 1 : 0] ?? "", model };
  const bytes = writeSafetensors({ metadata, tensors });
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    model: new TextEncoder().encode(model),
    data: bytes.subarray(start),
    seal: (sha256) => writeSafetensors({ metadata: { ...metadata, sha256 }, tensors }),
  };
}
