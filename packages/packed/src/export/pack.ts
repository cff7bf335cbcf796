// What a web page needs to pack what it has trained; nothing here depends on Node.
import { unsealedModel } from "./unsealed-model.ts";

export { compileModel, type CompiledMember } from "./compile-model.ts";
export { preparationOf } from "./preparation-of.ts";
export { type MemberHeader, type ModelHeader, TEST_RESULTS, TRUST } from "../graph.ts";

/**
 * The bytes of a .benn file, like `encodeModel` of `@benn/packed/export`. Needs `crypto.subtle`, which browsers provide on https pages and
 * on localhost.
 */
export async function packModel(...parts: Parameters<typeof unsealedModel>): Promise<Uint8Array> {
  const { model, data, seal } = unsealedModel(...parts);
  const digest = async (part: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(part)));
  const [first, second] = [await digest(model), await digest(data)];
  const sum = await digest(Uint8Array.of(...first, ...second));
  return seal(Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}
