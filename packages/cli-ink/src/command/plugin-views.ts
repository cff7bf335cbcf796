import { createContainer, VIEWS } from "@benn/core";
import { discoverPlugins, installResolver, loadPlugins, openRun } from "@benn/core/node";
import type { PluginView } from "../screen/view-host.ts";
import { pluginsOfRun } from "./plugins-of-run.ts";
import { absolutePlugin } from "./read-config-file.ts";

/**
 * The dashboard views of a run's plugins: of those that its commands load (`pluginsOfRun`). The screen has a container of its own, since it lives beside the
 * thread that trains.
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
