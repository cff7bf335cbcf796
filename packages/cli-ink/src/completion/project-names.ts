import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { cacheFolder } from "@benn/data-kit/cache-folder";
import type { RegisteredName } from "../command/registered-names.ts";
import { keep, type KnownNames, namesOf } from "./known-names.ts";

/**
 * Keeps the names of plugins that are not built in, for completion in this folder. `benn plugins` does so, which loads them anyway: a press of
 * the Tab key runs no code of a project.
 */
export async function keepProjectNames(registered: readonly RegisteredName[], folder: string, file = fileOf(folder)): Promise<void> {
  const own = registered.filter(({ plugin }) => !plugin.startsWith("@benn/"));
  if (own.length === 0) await rm(file, { force: true });
  else await keep(file, { ...namesOf(own), keys: [] });
}

/** What completion offers in a folder: the built-in names, and those that were kept for it. */
export async function withProjectNames(known: KnownNames, folder: string, file = fileOf(folder)): Promise<KnownNames> {
  let own: KnownNames;
  try {
    own = JSON.parse(await readFile(file, "utf8")) as KnownNames;
  } catch {
    return known;
  }
  const contracts = { ...known.contracts };
  for (const [key, { names, options }] of Object.entries(own.contracts)) {
    const before = contracts[key] ?? { names: [], options: [] };
    contracts[key] = { names: [...before.names, ...names], options: [...new Set([...before.options, ...options])] };
  }
  return { ...known, presets: [...known.presets, ...own.presets], contracts };
}

function fileOf(folder: string): string {
  return join(cacheFolder("completion"), "projects", `${createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 24)}.json`);
}
