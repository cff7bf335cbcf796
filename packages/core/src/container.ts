// The only door to tsyringe: it needs reflect-metadata before its first line, and nothing else in the house should
// have to know that. Wiring is by token, never by type or decorator, so plugins stay erasable TypeScript.
import "reflect-metadata";
import { container, type DependencyContainer, type InjectionToken } from "tsyringe";
import { registerBuiltIns } from "./built-in/register-built-ins.ts";
import type { Config } from "./config.ts";
import { CONTRACTS } from "./contracts.ts";
import { type Check, Registry } from "./registry.ts";

export type { DependencyContainer, InjectionToken };

/** What a configuration that lacks a key gets for it. */
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
 * A container of its own with a registry for each contract, which hold what core brings: Adam, the stepwise schedule, cross-entropy,
 * accuracy. Plugins add the rest.
 * @param defaults for what a configuration leaves out, as the application chooses: which architecture, which dataset
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
