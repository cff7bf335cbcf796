import { type NinKind, ninKeyMaps } from "@benn/arch-nin";
import { UserError } from "@benn/core";
import { placeOf } from "@benn/import-torch";

/**
 * Our name of a weight, `conv2_bn/moving_mean`, from the reference's, with or without DataParallel's prefix `module.`.
 * @throws UserError for a name that the network does not have
 */
export function ninWeightName(kind: NinKind, reference: string): string {
  const place = placeOf(ninKeyMaps[kind], reference, (name) => /_bn\/(?:gamma|beta|moving_\w+)$|^[^_]+\/(?:kernel|bias)$/.test(name));
  if (!place) throw new UserError(`${kind}: has no weight "${reference}". The file is of another network.`);
  return place.to;
}
