import { createContainer, VIEWS } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins, openRun } from "@benn/core/node";
import type { PluginView } from "../screen/view-host.ts";
import { pluginsOfRun } from "./plugins-of-run.ts";
import { absolutePlugin } from "./read-config-file.ts";

/**
 * The dashboard views of a run's plugins (those that `pluginsOfRun` loads). The screen has its own container, since it runs in another
 * thread than the training.
 * @param asked files and packages named on the command line
 */
export async function pluginViews(folder: string, asked: readonly string[], cwd: string): Promise<PluginView[]> {
  const named = asked.map((plugin) => absolutePlugin(plugin, cwd));
  const plugins = await pluginsOfRun(await openRun(folder), named, cwd);
  const others = [...new Set([...discoverPlugins(cwd), ...plugins])];
  if (others.length === 0) return [];
  installResolver(cwd);
  const container = createContainer();
  await loadPlugins(container, others, { cwd });
  const views = container.resolve(VIEWS);
  return views.entries().map(({ name, definition }) => ({ name, about: definition.description, view: views.create(name) }));
}
