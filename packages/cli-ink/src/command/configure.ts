import { dirname, resolve } from "node:path";
import { type Config, type DependencyContainer, PRESETS, UserError } from "@benn/core";
import { DEFAULTS, type PluginFault } from "@benn/core/node";
import { applySettings } from "./apply-settings.ts";
import { openContainer } from "./open-container.ts";
import { pluginsOfRun, refuseForeignBackend, requirePlugins } from "./plugins-of-run.ts";
import { absolutePlugin, findConfigFile, readConfigFile } from "./read-config-file.ts";
import type { RunOrigin } from "./run-origin.ts";

/** What the command line specifies about the configuration. */
export interface ConfigRequest {
  readonly file?: string;
  readonly preset?: string;
  /** Instead of a file: its contents, and the folder that its paths start from. */
  readonly config?: { readonly config: Config; readonly folder: string };
  readonly settings: readonly string[];
  readonly plugins: readonly string[];
  readonly data?: string;
  readonly backend?: string;
  readonly parallel?: string;
  /** Called for a plugin that cannot be loaded, which is then left out. Absent: it is an error. */
  onFault?(fault: PluginFault): void;
}

/** A configuration, and a container with the plugins that it names. */
export interface Configured {
  readonly config: Config;
  readonly container: DependencyContainer;
  /** All plugins that were loaded besides the built-in ones and those of the project. */
  readonly plugins: readonly string[];
}

/**
 * Builds the configuration: the preset or the file (given, or `benn.config.*` of the folder), then `--data`, `--backend`, `--parallel` and
 * `--plugin`, then `--set`. Paths of plugins and data become absolute, so that the run can be resumed anywhere: those in the file are
 * relative to its folder, those on the command line to `cwd`.
 * @param saved the run to resume: settings without a file or a preset are applied to its configuration
 * @throws UserError for a file that is missing or cannot be read, a plugin that is missing or fails, and an unknown preset
 */
export async function configure(request: ConfigRequest, cwd: string, saved?: RunOrigin): Promise<Configured> {
  const { file, preset, onFault } = request;
  const faults = onFault ? { onFault } : {};
  if (file !== undefined && preset !== undefined) {
    throw new UserError(`--preset ${preset}: does not go together with the configuration file ${file}. Leave one of the two out.`);
  }
  const resumes = saved !== undefined && file === undefined && preset === undefined;
  const found = resumes || preset !== undefined || request.config ? undefined : (file ?? findConfigFile(cwd));
  const read = request.config?.config ?? (found === undefined ? {} : await readConfigFile(resolve(cwd, found)));
  const folder = request.config?.folder ?? dirname(resolve(cwd, found ?? ""));
  const own = (read.plugins ?? []).map((plugin) => absolutePlugin(plugin, folder));
  const asked = request.plugins.map((plugin) => absolutePlugin(plugin, cwd));
  const named = [...own, ...asked];
  const plugins = [...new Set(saved ? await pluginsOfRun(saved, named, cwd) : named)];
  const container = await openContainer(plugins, { cwd, ...faults });
  if (saved) {
    requirePlugins(saved, plugins, container);
    refuseForeignBackend(saved, cwd);
  }
  const ofFile = { ...read, ...placesIn(read, folder) };
  const base = resumes ? saved.config : preset === undefined ? ofFile : container.resolve(PRESETS).create(preset, "preset").config;
  const all = resumes ? (saved.config.plugins ?? []) : [...new Set([...(preset === undefined ? own : (base.plugins ?? [])), ...asked])];
  const set = applySettings(
    { ...base, ...(all.length > 0 ? { plugins: all } : {}) },
    settingsOf(request, cwd),
    container.resolve(DEFAULTS),
  );
  const config = { ...set, ...dataIn(set, cwd) };
  // A preset may name plugins, and so may --set; those that only experiment.json names are not loaded.
  const isSet = request.settings.some((setting) => setting.startsWith("plugins="));
  const more = [...new Set([...plugins, ...(resumes && !isSet ? [] : (config.plugins ?? []))])];
  return { config, plugins: more, container: more.length > plugins.length ? await openContainer(more, { cwd, ...faults }) : container };
}

function settingsOf({ data, backend, parallel, settings }: ConfigRequest, cwd: string): string[] {
  // The folder is an option of the dataset that is trained on, so it is applied after the last setting that replaces the dataset as a
  // whole.
  const named = settings.findLastIndex((setting) => setting.startsWith("dataset=")) + 1;
  return [
    ...(backend === undefined ? [] : [`backend=${backend}`]),
    ...(parallel === undefined ? [] : [`parallel=${parallel}`]),
    ...settings.slice(0, named),
    ...(data === undefined ? [] : [`dataset.data=${JSON.stringify(resolve(cwd, data))}`]),
    ...settings.slice(named),
  ];
}

/** The paths in a configuration file, relative to its folder. */
function placesIn(config: Config, folder: string): Config {
  const { init, given, loss, members } = config;
  return {
    ...dataIn(config, folder),
    ...(typeof init === "string" ? { init: resolve(folder, init) } : {}),
    ...(typeof given === "string" ? { given: resolve(folder, given) } : {}),
    ...(Array.isArray(given) ? { given: given.map((path) => resolve(folder, path)) } : {}),
    ...teacherIn(loss, folder),
    ...(Array.isArray(members) ? { members: members.map((group) => ({ ...group, ...teacherIn(group.loss, folder) })) } : {}),
  };
}

/** The loss with an absolute path of its teacher, if it has one. */
function teacherIn(loss: Config["loss"], folder: string): Pick<Config, "loss"> {
  return typeof loss === "object" && typeof loss["teacher"] === "string"
    ? { loss: { ...loss, teacher: resolve(folder, loss["teacher"]) } }
    : {};
}

/** The dataset with an absolute path of its folder, if it has one; a URL stays as it is. */
function dataIn({ dataset }: Config, folder: string): Pick<Config, "dataset"> {
  if (typeof dataset !== "object") return {};
  const data: unknown = dataset["data"];
  return typeof data === "string" && data !== "" && !/^[a-z][a-z\d+.-]*:\/\//i.test(data)
    ? { dataset: { ...dataset, data: resolve(folder, data) } }
    : {};
}

/** Whether the command line has settings of its own; a resumed run then compares them with its configuration. */
export function isAsked({ file, preset, settings, data, backend, parallel }: ConfigRequest): boolean {
  return [file, preset, data, backend, parallel].some((asked) => asked !== undefined) || settings.length > 0;
}
