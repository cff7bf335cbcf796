import { createContainer, type DependencyContainer } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins } from "@benn/core/node";
import { builtInPlugins } from "../built-in-plugins.ts";
import { defaults } from "../defaults.ts";
import { optionalPlugins } from "../optional-plugins.ts";

/**
 * A container with the built-in plugins, the installed optional ones, those that the project's package.json depends on, and the named ones.
 * @throws UserError for a plugin that is missing or fails
 */
export async function openContainer(plugins: readonly string[] = [], cwd: string = process.cwd()): Promise<DependencyContainer> {
  installResolver(cwd);
  const container = createContainer({ defaults });
  const others = [...discoverPlugins(cwd), ...plugins];
  await loadPlugins(container, [...builtInPlugins, ...(await optionalPlugins(others)), ...others], { cwd });
  return container;
}
