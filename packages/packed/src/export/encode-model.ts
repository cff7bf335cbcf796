import { createHash } from "node:crypto";
import { type UnsealedModel, unsealedModel } from "./unsealed-model.ts";

/** The bytes of a .benn file. */
export function encodeModel(...parts: Parameters<typeof unsealedModel>): Uint8Array {
  const { model, data, seal }: UnsealedModel = unsealedModel(...parts);
  const digest = (part: Uint8Array): Buffer => createHash("sha256").update(part).digest();
  return seal(digest(Buffer.concat([digest(model), digest(data)])).toString("hex"));
}
