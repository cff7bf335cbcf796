import { createContainer, type DependencyContainer } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins, type PluginFault } from "@benn/core/node";
import { builtInPlugins } from "../built-in-plugins.ts";
import { defaults } from "../defaults.ts";
import { optionalPlugins } from "../optional-plugins.ts";

const BUILT_IN: ReadonlySet<string> = new Set(builtInPlugins.map(({ name }) => name));

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
  // A project may depend on built-in ones too, as a checkout of benn does.
  const found = discoverPlugins(cwd).filter((name) => !BUILT_IN.has(name));
  const others = [...found, ...plugins].filter((plugin) => !without.includes(plugin));
  const options = { cwd, ...(onFault ? { onFault } : {}) };
  await loadPlugins(container, [...builtInPlugins, ...(await optionalPlugins(others)), ...others], options);
  return container;
}
