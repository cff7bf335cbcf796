import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { type DependencyContainer, type Spec, UserError } from "@benn/core";
import { dependenciesOf, type PluginSource, resolveConfig } from "@benn/core/node";
import { quoted } from "./command-name.ts";
import { addStandIns } from "./stand-ins.ts";
import { openContainer } from "./open-container.ts";
import { absolutePlugin, pluginsOfProject } from "./read-config-file.ts";
import type { RunOrigin } from "./run-origin.ts";

/**
 * The plugins to load for a run: those named on the command line, and, of those that the run names, packages that the project's
 * package.json depends on and plugins that its own `benn.config.*` names too. A run may come from elsewhere, and loading a plugin executes
 * it; a file that only experiment.json names is therefore never loaded.
 * @param named by the user, with absolute paths
 */
export async function pluginsOfRun({ config }: RunOrigin, named: readonly string[], cwd: string): Promise<readonly string[]> {
  const others = (config.plugins ?? []).filter((plugin) => !named.some((one) => isSame(one, plugin)));
  if (others.length === 0) return named;
  const known = [...dependenciesOf(cwd), ...(await pluginsOfProject(cwd))];
  return [...others.filter((plugin) => known.some((one) => isSame(one, plugin))), ...named];
}

/** How a run is opened. */
export interface OpenRunOptions {
  readonly cwd?: string;
  /** Whether it is trained: then what it was trained with is needed, which has a stand-in otherwise. Default false. */
  readonly trains?: boolean;
}

/**
 * A container for a run that is opened again, with `pluginsOfRun`.
 * @throws UserError that says which `--plugin` to add, if the run needs one that is not loaded
 */
export async function openRunContainer(
  run: RunOrigin,
  asked: readonly PluginSource[],
  options?: OpenRunOptions,
): Promise<DependencyContainer> {
  return await openRunsContainer([run], asked, options);
}

/** The same for several runs that are opened together. */
export async function openRunsContainer(
  runs: readonly RunOrigin[],
  asked: readonly PluginSource[],
  { cwd = process.cwd(), trains = false }: OpenRunOptions = {},
): Promise<DependencyContainer> {
  const named = asked.filter((plugin) => typeof plugin === "string").map((plugin) => absolutePlugin(plugin, cwd));
  const values = asked.filter((plugin) => typeof plugin !== "string");
  const plugins = new Set(named);
  for (const run of runs) for (const plugin of await pluginsOfRun(run, named, cwd)) plugins.add(plugin);
  const container = await openContainer([...plugins, ...values], { cwd });
  if (!trains) for (const run of runs) addStandIns(run, container);
  for (const run of runs) requirePlugins(run, [...plugins], container);
  return container;
}

/** @throws UserError that names the missing plugins of the run */
export function requirePlugins(run: RunOrigin, loaded: readonly string[], container: DependencyContainer): void {
  const missing = (run.config.plugins ?? []).filter((plugin) => !loaded.some((one) => isSame(one, plugin)));
  if (missing.length === 0) return;
  try {
    resolveConfig(run.config, container);
  } catch (cause) {
    const which = missing.length === 1 ? "the plugin" : "the plugins";
    throw new UserError(
      `run folder ${run.folder}: needs ${which} ${missing.join(", ")} of its experiment.json, and to load a plugin is to run it. If you trust ` +
        `${missing.length === 1 ? "it" : "them"}, add ${missing.map((plugin) => `--plugin ${quoted(plugin)}`).join(" ")}, or name the file where you have it.`,
      { cause },
    );
  }
}

/**
 * A backend loads its package from a folder that its options may name, which is code too.
 * @throws UserError if experiment.json names one outside the working folder
 */
export function refuseForeignBackend({ folder, config }: RunOrigin, cwd: string): void {
  const from = (config.backend as Spec | undefined)?.["from"];
  if (typeof from !== "string" || !relative(cwd, resolve(cwd, from)).startsWith("..")) return;
  throw new UserError(
    `run folder ${folder}: its experiment.json takes the backend's package from ${from}, and to load it is to run it. ` +
      "If you trust it, run the command in that folder; eval also takes another backend (--backend NAME).",
  );
}

function isSame(a: string, b: string): boolean {
  return a === b || (isAbsolute(a) && isAbsolute(b) && existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b));
}
