import archNin from "@benn/arch-nin";
import binarize from "@benn/binarize";
import { createContainer, type DependencyContainer } from "@benn/core";
import ensembleBoost from "@benn/ensemble-boost";
import vote from "@benn/vote";

/** A container with the plugins whose numbers are checked: they are created by name, as in a run. */
export async function openContainer(): Promise<DependencyContainer> {
  const container = createContainer();
  for (const plugin of [binarize, archNin, ensembleBoost, vote]) await plugin.register(container);
  return container;
}
