import { createContainer, type DependencyContainer } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins, type PluginFault, type PluginSource } from "@benn/core/node";
import { ARRAYS_PLUGIN, arraysPlugin } from "../api/arrays.ts";
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
 * A container with the built-in plugins, the installed optional ones, those that the project's package.json depends on, and those given by name,
 * path or value.
 * @throws UserError for a plugin that is missing or fails
 */
export async function openContainer(
  plugins: readonly PluginSource[] = [],
  { cwd = process.cwd(), without = [], onFault }: OpenContainerOptions = {},
): Promise<DependencyContainer> {
  installResolver(cwd);
  const container = createContainer({ defaults });
  // A project may depend on built-in ones too, as a checkout of benn does.
  const found = discoverPlugins(cwd).filter((name) => !BUILT_IN.has(name));
  const others = [...found, ...plugins].filter((plugin) => !(typeof plugin === "string" && without.includes(plugin)));
  const hasArrays = plugins.some((plugin) => typeof plugin !== "string" && plugin.name === ARRAYS_PLUGIN);
  const builtIn = hasArrays ? builtInPlugins : [...builtInPlugins, arraysPlugin()];
  const named = others.map((plugin) => (typeof plugin === "string" ? plugin : plugin.name));
  const options = { cwd, ...(onFault ? { onFault } : {}) };
  await loadPlugins(container, [...builtIn, ...(await optionalPlugins(named)), ...others], options);
  return container;
}
