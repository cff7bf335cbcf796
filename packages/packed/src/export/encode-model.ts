import { createHash } from "node:crypto";
import { type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import { FORMAT_VERSIONS, type MemberHeader, type ModelHeader } from "../graph.ts";

/** The bytes of a .benn file. */
export function encodeModel(
  header: Omit<ModelHeader, "members">,
  members: readonly MemberHeader[],
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): Uint8Array {
  const model = JSON.stringify({ ...header, members } satisfies ModelHeader);
  // The second version where the first has no words for it, so that readers of the first read all else.
  const hasCodes = members.some(({ nodes }) => nodes.some(({ op }) => op === "quantize"));
  const metadata = { format: "benn", version: FORMAT_VERSIONS[hasCodes ? 1 : 0] ?? "", model };
  const bytes = writeSafetensors({ metadata, tensors });
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const digest = (part: string | Uint8Array): Buffer => createHash("sha256").update(part).digest();
  const sha256 = digest(Buffer.concat([digest(model), digest(bytes.subarray(start))])).toString("hex");
  return writeSafetensors({ metadata: { ...metadata, sha256 }, tensors });
}
