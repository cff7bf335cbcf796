import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { nearest } from "../../nearest.ts";
import type { BennPlugin } from "../../plugin.ts";
import { UserError } from "../../user-error.ts";
import { pathSuggestion } from "../nearest-path.ts";
import { dependenciesOf, manifestOf } from "./discover-plugins.ts";
import { folderEntry } from "./folder-entry.ts";
import { fileSpecifier, installResolver, manifestUrl, projectSpecifier } from "./install-resolver.ts";

const IS_PATH = /^\.{0,2}[/\\]|^\.{1,2}$|^[a-z]:[/\\]/i;

/**
 * Imports one plugin: a file (`./my-boost.ts`, an absolute path), or an installed package by name.
 * @param cwd base of relative paths, and the project whose packages are used
 * @throws UserError that names the plugin and what is wrong with it; an error that the plugin threw is its `cause`
 */
export async function importPlugin(source: string, cwd: string): Promise<BennPlugin> {
  installResolver(cwd);
  const specifier = IS_PATH.test(source) ? existingFile(source, cwd) : installedPackage(source, cwd);
  let module: Record<string, unknown>;
  try {
    module = (await import(/* @vite-ignore */ specifier)) as Record<string, unknown>;
  } catch (cause) {
    throw new UserError(`plugin ${source}: ${whyNotImported(cause)}`, { cause });
  }
  if (isPlugin(module["default"])) return module["default"];
  throw new UserError(`plugin ${source}: ${whatCame(module)}. Write "export default definePlugin({ name, register(container) { … } })".`);
}

function existingFile(source: string, cwd: string): string {
  const path = resolve(cwd, source);
  if (!existsSync(path))
    throw new UserError(`plugin ${source}: there is no file ${path}.${pathSuggestion(source, cwd)} Check the path; it begins at ${cwd}.`);
  return fileSpecifier(statSync(path).isDirectory() ? folderEntry(path, source) : path);
}

function installedPackage(source: string, cwd: string): string {
  if (manifestOf(source, manifestUrl(cwd))) return projectSpecifier(source, cwd);
  const remedy = existsSync(resolve(cwd, source)) ? `For the file of that name write ./${source}.` : `Add it with "npm install ${source}".`;
  const close = nearest(source, dependenciesOf(cwd));
  const suggestion = close === undefined ? "" : ` Did you mean "${close}"?`;
  throw new UserError(`plugin ${source}: no such package is installed in ${cwd}.${suggestion} ${remedy}`);
}

function isPlugin(value: unknown): value is BennPlugin {
  const plugin = value as Partial<BennPlugin> | null | undefined;
  return typeof plugin === "object" && typeof plugin?.name === "string" && plugin.name !== "" && typeof plugin.register === "function";
}

function whatCame(module: Record<string, unknown>): string {
  if (!("default" in module)) return `it has no default export, it exports ${Object.keys(module).join(", ") || "nothing"}`;
  const value = module["default"];
  if (typeof value !== "object" || value === null)
    return `its default export is ${value === null ? "null" : `a ${typeof value}`}, not a plugin`;
  const keys = Object.entries(value).map(([key, own]) => `${key}: ${own === "" ? "an empty string" : typeof own}`);
  return `its default export is an object of { ${keys.join(", ")} }, not a plugin`;
}

function whyNotImported(cause: unknown): string {
  const { code = "", message } = (cause instanceof Error ? cause : { message: String(cause) }) as NodeJS.ErrnoException;
  const [said = ""] = message.trim().replace(/\.$/, "").split("\n");
  if (code === "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING") {
    return "its entry is TypeScript inside node_modules, where Node does not run it. Let the package publish JavaScript.";
  }
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") return "a plugin file ends in .ts, .mts, .js or .mjs. Rename it, or build it first.";
  if (code === "ERR_MODULE_NOT_FOUND") return `it imports what is not there (${said}). Install that beside it, or fix the import.`;
  if (cause instanceof SyntaxError || code.endsWith("TYPESCRIPT_SYNTAX")) {
    return `Node cannot read it (${said}). If the syntax is right: types are only erased, so enums, decorators, namespaces and parameter properties are not possible.`;
  }
  return `it throws when it is imported (${said}). Fix it, or leave it out.`;
}
