// The only file that imports tsyringe: reflect-metadata must be loaded before it, and no other file should have to know that. Wiring is by
// token, never by type or decorator, so that plugins remain erasable TypeScript.
import "./reflect-metadata.ts";
import { container, type DependencyContainer, type InjectionToken } from "tsyringe";
import { registerBuiltIns } from "./built-in/register-built-ins.ts";
import type { Config } from "./config.ts";
import { CONTRACTS } from "./contracts.ts";
import { type Check, Registry } from "./registry.ts";

export type { DependencyContainer, InjectionToken };

/** Values for the keys that a configuration leaves out. */
export const DEFAULTS: InjectionToken<Config> = Symbol.for("benn.defaults");

/** Defaults that need no plugin: they name what core itself registers. */
const OWN_DEFAULTS: Config = {
  loss: "cross-entropy",
  optimizer: "adam",
  schedule: "steps",
  metrics: ["accuracy", "top5", "loss"],
  listeners: [],
};

/**
 * A new container with a registry for each contract. The registries hold the parts built into core (Adam, the stepwise schedule,
 * cross-entropy, accuracy); plugins add the rest.
 * @param defaults for keys that a configuration leaves out, chosen by the application, such as architecture and dataset
 */
export function createContainer({ defaults = {} }: { readonly defaults?: Config } = {}): DependencyContainer {
  const own = container.createChildContainer();
  const registries = Object.values(CONTRACTS).map(({ token, title, check }) => ({
    token,
    registry: new Registry(title, check as Check<unknown>),
  }));
  for (const { token, registry } of registries) own.register(token as InjectionToken<Registry<unknown>>, { useValue: registry });
  own.register(DEFAULTS, { useValue: { ...OWN_DEFAULTS, ...defaults } });
  const registrants = registries.map(({ registry }) => registry.registrant);
  for (const { registry } of registries) registry.registrant = "@benn/core";
  registerBuiltIns(own);
  for (const [i, { registry }] of registries.entries()) registry.registrant = registrants[i] ?? "";
  return own;
}
