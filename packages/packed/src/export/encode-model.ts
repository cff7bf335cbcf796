import { type SafetensorsEntry, writeSafetensors } from "@benn/core/internals";
import { FORMAT_VERSION, type MemberHeader, type ModelHeader } from "../graph.ts";

/** The bytes of a .benn file. */
export function encodeModel(
  header: Omit<ModelHeader, "members">,
  members: readonly MemberHeader[],
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): Uint8Array {
  const model: ModelHeader = { ...header, members };
  return writeSafetensors({ metadata: { format: "benn", version: FORMAT_VERSION, model: JSON.stringify(model) }, tensors });
}
