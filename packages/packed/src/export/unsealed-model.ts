import { type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import { FORMAT_VERSIONS, type MemberHeader, type ModelHeader } from "../graph.ts";

/** A .benn file without its checksum: SHA-256 of the SHA-256 of `model` and that of `data`. */
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
  // Format version 2 only if version 1 cannot represent the model, so that readers of version 1 can read everything else.
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
