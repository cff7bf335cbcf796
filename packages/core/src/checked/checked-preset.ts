import type { Preset } from "../preset.ts";
import { ContractError } from "./contract-error.ts";
import { describeValue } from "./describe-value.ts";

/** Checks that the preset has a configuration. Its contents are checked later, with the rest of the configuration. */
export function checkedPreset(preset: Preset, who: string): Preset {
  const config: unknown = (preset as Preset | undefined)?.config;
  if (typeof config === "object" && config !== null && !Array.isArray(config)) return preset;
  throw new ContractError(`${who}: its create returned ${describeValue(preset)}. It must return { config } with an object of settings.`);
}
