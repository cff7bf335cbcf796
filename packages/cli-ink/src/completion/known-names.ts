import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "@benn/data-kit/cache-folder";
import type { RegisteredName } from "../command/registered-names.ts";

/** A name that completion offers. */
export interface KnownName {
  readonly name: string;
  readonly description: string;
}

/** The names that the built-in plugins register, and the keys of a configuration. */
export interface KnownNames {
  readonly presets: readonly KnownName[];
  /** By configuration key: `architecture`. */
  readonly contracts: Readonly<Record<string, { readonly names: readonly KnownName[]; readonly options: readonly string[] }>>;
  readonly keys: readonly KnownName[];
}

/**
 * The names from a file in the user's cache: collecting them loads TensorFlow.js, which would take a second on every press of Tab. The file
 * belongs to this build of the command; if it cannot be read or written, the names are collected again.
 */
export async function knownNames(file?: string): Promise<KnownNames> {
  const path = file ?? join(cacheFolder("completion"), `${await buildOf()}.json`);
  try {
    return JSON.parse(await readFile(path, "utf8")) as KnownNames;
  } catch {
    const names = await findNames();
    await keep(path, names).catch(() => {}); // only a cache
    return names;
  }
}

/** Changes whenever the command is built or installed. */
async function buildOf(): Promise<string> {
  const { mtimeMs, ino } = await stat(import.meta.filename);
  return `${Math.round(mtimeMs).toString(36)}-${ino.toString(36)}`;
}

/** Writes names where another process may read them meanwhile. */
export async function keep(path: string, names: KnownNames): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}`;
  await writeFile(aside, JSON.stringify(names));
  await rename(aside, path);
}

async function findNames(): Promise<KnownNames> {
  const [{ openContainer }, { registeredNames }, { configSchema }] = await Promise.all([
    import("../command/open-container.ts"),
    import("../command/registered-names.ts"),
    import("@benn/core/node"),
  ]);
  const registered = registeredNames(await openContainer([], { cwd: dirname(import.meta.filename) }));
  const keys = Object.entries(configSchema.shape).map(([name, { description = "" }]) => ({ name, description }));
  return { ...namesOf(registered), keys };
}

/** Names, by contract, as completion offers them. */
export function namesOf(registered: readonly RegisteredName[]): Omit<KnownNames, "keys"> {
  const contracts: Record<string, { names: KnownName[]; options: string[] }> = {};
  for (const { key, name, aliases, description, options } of registered) {
    const contract = (contracts[key] ??= { names: [], options: [] });
    contract.names.push(...[name, ...aliases].map((word) => ({ name: word, description })));
    contract.options = [...new Set([...contract.options, ...Object.keys(options.properties ?? {})])];
  }
  return { presets: contracts["presets"]?.names ?? [], contracts };
}
