import { createContainer, type DependencyContainer } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins } from "@benn/core/node";
import { builtInPlugins } from "../built-in-plugins.ts";
import { defaults } from "../defaults.ts";
import { optionalPlugins } from "../optional-plugins.ts";

const BUILT_IN: ReadonlySet<string> = new Set(builtInPlugins.map(({ name }) => name));

/**
 * A container with the built-in plugins, the installed optional ones, those that the project's package.json depends on, and the named ones.
 * @throws UserError for a plugin that is missing or fails
 */
export async function openContainer(plugins: readonly string[] = [], cwd: string = process.cwd()): Promise<DependencyContainer> {
  installResolver(cwd);
  const container = createContainer({ defaults });
  // A project may depend on built-in ones too, as a checkout of benn does.
  const found = discoverPlugins(cwd).filter((name) => !BUILT_IN.has(name));
  const others = [...found, ...plugins];
  await loadPlugins(container, [...builtInPlugins, ...(await optionalPlugins(others)), ...others], { cwd });
  return container;
}
