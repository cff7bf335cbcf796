import { createContainer, type DependencyContainer } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins, type PluginFault } from "@benn/core/node";
import { builtInPlugins } from "../built-in-plugins.ts";
import { defaults } from "../defaults.ts";
import { optionalPlugins } from "../optional-plugins.ts";

export interface OpenContainerOptions {
  readonly cwd?: string;
  /** Plugins to leave out, since they cannot be loaded. */
  readonly without?: readonly string[];
  /** Called for a plugin that cannot be loaded, which is then left out. Absent: it is an error. */
  onFault?(fault: PluginFault): void;
}

/**
 * A container with the built-in plugins, the installed optional ones, those that the project's package.json depends on, and the named ones.
 * @throws UserError for a plugin that is missing or fails
 */
export async function openContainer(
  plugins: readonly string[] = [],
  { cwd = process.cwd(), without = [], onFault }: OpenContainerOptions = {},
): Promise<DependencyContainer> {
  installResolver(cwd);
  const container = createContainer({ defaults });
  const others = [...discoverPlugins(cwd), ...plugins].filter((plugin) => !without.includes(plugin));
  const options = { cwd, ...(onFault ? { onFault } : {}) };
  await loadPlugins(container, [...builtInPlugins, ...(await optionalPlugins(others)), ...others], options);
  return container;
}
