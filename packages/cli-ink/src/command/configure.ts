import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Config, type DependencyContainer, PRESETS, UserError } from "@benn/core";
import { DEFAULTS, fileSpecifier, installResolver } from "@benn/core/node";
import { applySettings } from "./apply-settings.ts";
import { openContainer } from "./open-container.ts";

/** What the command line says about the configuration. */
export interface ConfigRequest {
  readonly file?: string;
  readonly preset?: string;
  readonly settings: readonly string[];
  readonly plugins: readonly string[];
  readonly data?: string;
  readonly backend?: string;
  readonly parallel?: string;
}

const FILES = ["benn.config.ts", "benn.config.mts", "benn.config.js", "benn.config.mjs", "benn.config.json"];
const IS_PATH = /^\.{1,2}[/\\]/;

/** A configuration, and a container in which the plugins that it names are loaded. */
export interface Configured {
  readonly config: Config;
  readonly container: DependencyContainer;
  /** All plugins that were loaded besides the built-in ones and those of the project. */
  readonly plugins: readonly string[];
}

/**
 * Puts the configuration together: the preset or the file (given, or `benn.config.*` of the folder), then `--data`,
 * `--backend`, `--parallel` and `--plugin`, then `--set`. Paths of plugins become absolute, so that the run can be resumed anywhere.
 * @param saved what the run that is resumed was made from: settings without a file or a preset come on top of it
 * @throws UserError for a file that is missing or cannot be read, a plugin that is missing or breaks, and an unknown preset
 */
export async function configure(request: ConfigRequest, cwd: string, saved?: Config): Promise<Configured> {
  const { file, preset } = request;
  if (file !== undefined && preset !== undefined) {
    throw new UserError(`--preset ${preset}: does not go together with the configuration file ${file}. Leave one of the two out.`);
  }
  const resumes = saved !== undefined && file === undefined && preset === undefined;
  const found = resumes || preset !== undefined ? undefined : (file ?? FILES.find((name) => existsSync(join(cwd, name))));
  const read = found === undefined ? {} : await readConfigFile(resolve(cwd, found));
  const own = (read.plugins ?? []).map((plugin) => absolutePlugin(plugin, dirname(resolve(cwd, found ?? ""))));
  const asked = request.plugins.map((plugin) => absolutePlugin(plugin, cwd));
  const plugins = [...new Set([...(saved?.plugins ?? []), ...own, ...asked])];
  const container = await openContainer(plugins, cwd);
  const base = resumes ? saved : preset === undefined ? read : container.resolve(PRESETS).create(preset, "preset").config;
  const all = resumes ? (saved.plugins ?? []) : [...new Set([...(preset === undefined ? own : (base.plugins ?? [])), ...asked])];
  const config = applySettings(
    { ...base, ...(all.length > 0 ? { plugins: all } : {}) },
    settingsOf(request, cwd),
    container.resolve(DEFAULTS),
  );
  // A preset may name plugins, and so may --set.
  const more = [...new Set([...plugins, ...(config.plugins ?? [])])];
  return { config, plugins: more, container: more.length > plugins.length ? await openContainer(more, cwd) : container };
}

function settingsOf({ data, backend, parallel, settings }: ConfigRequest, cwd: string): string[] {
  return [
    ...(data === undefined ? [] : [`dataset.data=${JSON.stringify(resolve(cwd, data))}`]),
    ...(backend === undefined ? [] : [`backend=${backend}`]),
    ...(parallel === undefined ? [] : [`parallel=${parallel}`]),
    ...settings,
  ];
}

/** Whether the command line asks for settings of its own; a resumed run then compares them with what it was made from. */
export function isAsked({ file, preset, settings, data, backend, parallel }: ConfigRequest): boolean {
  return [file, preset, data, backend, parallel].some((asked) => asked !== undefined) || settings.length > 0;
}

async function readConfigFile(path: string): Promise<Config> {
  if (!existsSync(path))
    throw new UserError(`configuration file ${path}: does not exist. Check the path, or leave it out for the defaults.`);
  const config = path.endsWith(".json") ? await readJson(path) : await importDefault(path);
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new UserError(
      `configuration file ${path}: gives ${config === undefined ? "nothing" : JSON.stringify(config)}. Write "export default defineConfig({ … })".`,
    );
  }
  return config;
}

async function readJson(path: string): Promise<unknown> {
  try {
    const json: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof json !== "object" || json === null) return json;
    const { $schema: _forEditors, ...config } = json as { $schema?: string };
    return Array.isArray(json) ? json : config;
  } catch (cause) {
    throw new UserError(`configuration file ${path}: is not JSON (${(cause as Error).message}).`, { cause });
  }
}

async function importDefault(path: string): Promise<unknown> {
  installResolver(dirname(path));
  try {
    return ((await import(/* @vite-ignore */ fileSpecifier(path))) as { default?: unknown }).default;
  } catch (cause) {
    const [said = ""] = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n");
    throw new UserError(`configuration file ${path}: cannot be read (${said.replace(/\.$/, "")}).`, { cause });
  }
}

/** The path of a plugin file made absolute; a package stays as it is. */
function absolutePlugin(plugin: string, folder: string): string {
  return IS_PATH.test(plugin) || (!isAbsolute(plugin) && /\.[cm]?[jt]s$/.test(plugin) && existsSync(resolve(folder, plugin)))
    ? resolve(folder, plugin)
    : plugin;
}
