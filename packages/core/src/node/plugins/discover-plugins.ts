import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { fileURLToPath } from "node:url";
import { printable } from "../../printable.ts";
import { UserError } from "../../user-error.ts";
import { manifestUrl } from "./install-resolver.ts";

interface Manifest {
  readonly keywords?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Names of the packages that a project depends on and that declare themselves plugins by the keyword `benn-plugin` in their package.json.
 * In the order of the project's package.json; empty if there is no such file.
 * @throws UserError if the project's package.json is not JSON
 */
export function discoverPlugins(projectDir: string): string[] {
  const project = manifestUrl(projectDir);
  return dependenciesOf(projectDir).filter((name) => {
    const keywords = read(manifestOf(name, project))?.keywords;
    return Array.isArray(keywords) && keywords.includes("benn-plugin");
  });
}

/**
 * Names of all packages that a project's package.json depends on.
 * @throws UserError if it is not JSON
 */
export function dependenciesOf(projectDir: string): string[] {
  const { dependencies, devDependencies, optionalDependencies } = read(fileURLToPath(manifestUrl(projectDir))) ?? {};
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

/** Path of an installed package's package.json, resolved as for code of the project. */
export function manifestOf(name: string, project: string): string | undefined {
  try {
    return findPackageJSON(name, project);
  } catch {
    return undefined;
  }
}

function read(path: string | undefined): Manifest | undefined {
  let text: string;
  try {
    text = readFileSync(path ?? "", "utf8");
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text) as Manifest;
  } catch (cause) {
    throw new UserError(`${path}: is not JSON (${printable((cause as Error).message)}). Fix it, since plugins are looked up there.`, {
      cause,
    });
  }
}
