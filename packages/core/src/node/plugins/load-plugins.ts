import type { DependencyContainer } from "tsyringe";
import { CONTRACTS } from "../../contracts.ts";
import type { BennPlugin } from "../../plugin.ts";
import type { Registry } from "../../registry.ts";
import { UserError } from "../../user-error.ts";
import { importPlugin } from "./import-plugin.ts";

/** A plugin, the name of an installed plugin package, or the path of a plugin file. */
export type PluginSource = BennPlugin | string;

export interface LoadedPlugin {
  readonly name: string;
  /** The requested package or path; absent for a plugin that was passed as a value. */
  readonly source?: string;
}

/** A plugin that cannot be loaded. */
export interface PluginFault {
  /** Its name, or the package or path asked for. */
  readonly source: string;
  readonly error: UserError;
}

export interface LoadPluginsOptions {
  /** Where paths begin, and the project whose packages are meant. */
  readonly cwd: string;
  /** Called for a plugin that cannot be loaded, which is then left out. Absent: it is an error. */
  onFault?(fault: PluginFault): void;
}

/**
 * Imports the plugins that are given by name or path, and registers all of them in the container, in order. A plugin that occurs twice
 * (built in, and found in package.json) is registered once.
 * @throws UserError that names the plugin that is missing, fails, or registers a name that is taken
 */
export async function loadPlugins(
  container: DependencyContainer,
  sources: readonly PluginSource[],
  { cwd, onFault }: LoadPluginsOptions,
): Promise<LoadedPlugin[]> {
  const loaded = new Map<string, { readonly plugin: BennPlugin; readonly from: string }>();
  const all: LoadedPlugin[] = [];
  const load = async (source: PluginSource): Promise<void> => {
    const plugin = typeof source === "string" ? await importPlugin(source, cwd) : source;
    const from = typeof source === "string" ? source : "the application";
    const twin = loaded.get(plugin.name);
    if (twin?.plugin === plugin) return;
    if (twin) {
      throw new UserError(`plugin ${from}: is named "${plugin.name}", as is the one from ${twin.from}. Rename or leave out one of them.`);
    }
    loaded.set(plugin.name, { plugin, from });
    await register(plugin, container, from);
    all.push({ name: plugin.name, ...(typeof source === "string" ? { source } : {}) });
  };
  for (const source of sources) {
    try {
      await load(source);
    } catch (error) {
      if (!onFault || !(error instanceof UserError)) throw error;
      onFault({ source: typeof source === "string" ? source : source.name, error });
    }
  }
  return all;
}

async function register(plugin: BennPlugin, container: DependencyContainer, from: string): Promise<void> {
  const own = Object.values(CONTRACTS).map(({ token }) => container.resolve<Registry<unknown>>(token));
  const registrants = own.map((registry) => registry.registrant);
  for (const registry of own) registry.registrant = plugin.name;
  try {
    await plugin.register(container);
  } catch (cause) {
    if (cause instanceof UserError) throw cause; // from a registry; it names both plugins
    const said = (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, "");
    throw new UserError(`plugin ${plugin.name} (from ${from}): throws when it registers (${said}). Fix it, or leave it out.`, { cause });
  } finally {
    for (const [i, registry] of own.entries()) registry.registrant = registrants[i] ?? "";
  }
}
