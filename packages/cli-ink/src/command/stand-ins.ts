import { type Config, type DependencyContainer, type Spec, UserError, z } from "@benn/core";
import { type ContractKey, CONTRACTS, type Registry } from "@benn/core/node";
import type { RunOrigin } from "./run-origin.ts";

/** What only training asks for. */
const OF_TRAINING = ["scheme", "loss", "optimizer", "schedule", "listeners"] as const satisfies readonly ContractKey[];

/**
 * Registers stand-ins for what a run was trained with and nobody has loaded: a run is evaluated and exported without them, so that a plugin file that is not on
 * this machine is not in the way. To train by one is an error.
 */
export function addStandIns({ folder, config }: RunOrigin, container: DependencyContainer): void {
  for (const key of OF_TRAINING) {
    const registry = container.resolve<Registry<unknown>>(CONTRACTS[key].token);
    const groups = Array.isArray(config.members) ? config.members : [];
    for (const { name, ...options } of [config, ...groups].flatMap((own) => specsOf((own as Config)[key]))) {
      if (registry.entries().some((entry) => entry.name === name || entry.aliases.includes(name))) continue;
      const refuse = (): never => {
        throw new UserError(
          `${CONTRACTS[key].title} ${name}: its plugin is not loaded, and run folder ${folder} was trained with it. Name it with --plugin.`,
        );
      };
      registry.add(name, {
        description: "a stand-in",
        options: z.object(Object.fromEntries(Object.keys(options).map((option) => [option, z.unknown()]))),
        create: () => ({ next: refuse, outOfBag: true, rows: refuse, slots: [], update: refuse, rate: refuse, onEvent: refuse }),
      });
    }
  }
}

function specsOf(value: unknown): Spec[] {
  return [value].flat().flatMap((own): Spec[] => {
    if (typeof own === "string") return [{ name: own }];
    return typeof own === "object" && own !== null && "name" in own && typeof own.name === "string" ? [own as Spec] : [];
  });
}
