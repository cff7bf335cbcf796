import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Config, UserError } from "@benn/core";
import { printable } from "@benn/core/internals";
import { fileSpecifier, installResolver } from "@benn/core/node";

const FILES = ["benn.config.ts", "benn.config.mts", "benn.config.js", "benn.config.mjs", "benn.config.json"];
const IS_PATH = /^\.{1,2}(?:[/\\]|$)/;

/** The configuration file of a project's folder, if there is one. */
export function findConfigFile(folder: string): string | undefined {
  return FILES.find((name) => existsSync(join(folder, name)));
}

/** @throws UserError for a file that is missing or cannot be read */
export async function readConfigFile(path: string): Promise<Config> {
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
    const text = await readFile(path, "utf8");
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, "")); // a byte order mark, which editors on Windows write
    if (typeof json !== "object" || json === null) return json;
    const { $schema: _forEditors, ...config } = json as { $schema?: string };
    return Array.isArray(json) ? json : config;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UserError(`configuration file ${path}: is not JSON (${printable(cause.message.replace(/\.$/, ""))}).`, { cause });
  }
}

async function importDefault(path: string): Promise<unknown> {
  installResolver(dirname(path));
  try {
    return ((await import(/* @vite-ignore */ fileSpecifier(path))) as { default?: unknown }).default;
  } catch (cause) {
    const [said = ""] = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n");
    throw new UserError(`configuration file ${path}: cannot be read (${printable(said.replace(/\.$/, ""))}).`, { cause });
  }
}

/**
 * Plugins that the project's own `benn.config.*` names, with absolute paths.
 * @throws UserError for a file that cannot be read
 */
export async function pluginsOfProject(cwd: string): Promise<string[]> {
  const found = findConfigFile(cwd);
  if (found === undefined) return [];
  return ((await readConfigFile(join(cwd, found))).plugins ?? []).map((plugin) => absolutePlugin(plugin, cwd));
}

/** A plugin with the path of its file made absolute; a package stays as it is. */
export function absolutePlugin(plugin: string, folder: string): string {
  return IS_PATH.test(plugin) || (!isAbsolute(plugin) && /\.[cm]?[jt]s$/.test(plugin) && existsSync(resolve(folder, plugin)))
    ? resolve(folder, plugin)
    : plugin;
}
