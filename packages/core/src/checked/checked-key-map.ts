import type { KnownKeyMap } from "../key-map.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";
import { requireMethods } from "./require-methods.ts";

/** Checks the parts of a key map. */
export function checkedKeyMap(keyMap: KnownKeyMap, who: string): KnownKeyMap {
  requireMethods(who, keyMap, { required: ["fits"] });
  const { map } = keyMap as { readonly map?: Partial<KnownKeyMap["map"]> };
  if (typeof map?.modules === "object" && typeof map.keys === "object" && Array.isArray(map.ignore)) return keyMap;
  throw new ContractError(`${who}: has ${describeValue(map)} as map. It must be { modules, keys, ignore }.`);
}
