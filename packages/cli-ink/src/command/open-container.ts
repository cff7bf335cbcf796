import { createContainer, type DependencyContainer } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins } from "@benn/core/node";
import { builtInPlugins } from "../built-in-plugins.ts";
import { defaults } from "../defaults.ts";

/**
 * A container with the built-in plugins, those that the project's package.json depends on, and the named ones.
 * @throws UserError for a plugin that is missing or fails
 */
export async function openContainer(plugins: readonly string[] = [], cwd: string = process.cwd()): Promise<DependencyContainer> {
  installResolver(cwd);
  const container = createContainer({ defaults });
  await loadPlugins(container, [...builtInPlugins, ...discoverPlugins(cwd), ...plugins], { cwd });
  return container;
}
