import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type DependencyContainer, UserError } from "@benn/core";
import { openRun, readExperiment, type ResolvedConfig, resolveConfig } from "@benn/core/node";
import type { WantedRun } from "./wanted-runs.ts";

/** Keys that do not affect the trained members. */
const IGNORED = new Set([
  "name",
  "members",
  "given",
  "resident",
  "parallel",
  "checkpointSeconds",
  "listeners",
  "plugins",
  "backend",
  "exportable",
  "voter",
  "metrics",
]);

/** A run folder that has, or will have, the wanted members. */
export interface FoundRun {
  readonly folder: string;
  readonly trained: number;
  readonly planned: number;
}

/** Run folders by what they train. */
export interface RunShelf {
  /**
   * Returns the run with the most trained members. It may plan fewer than wanted: then a new run takes them as given members. Of runs with
   * equally many, one that plans enough.
   */
  find(wanted: WantedRun): FoundRun | undefined;
}

/**
 * Searches folders of run folders. A run of more members contains those of a run of fewer: members are trained in order, and no later one
 * changes an earlier. Skips folders that are not runs or need a plugin that is not loaded.
 */
export async function openShelf(places: readonly string[], container: DependencyContainer): Promise<RunShelf> {
  const runs: (FoundRun & { readonly key: string })[] = [];
  for (const place of new Set(places)) {
    if (!existsSync(place)) continue;
    for (const entry of (await readdir(place, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const folder = join(place, entry.name);
      if (!entry.isDirectory() || !existsSync(join(folder, "experiment.json"))) continue;
      const run = await runIn(folder, container);
      if (run) runs.push(run);
    }
  }
  return {
    find({ config, members }) {
      const key = keyOf(resolveConfig(config, container));
      const worth = ({ trained, planned }: FoundRun): number => 2 * Math.min(trained, members) + Number(planned >= members);
      const fitting = runs.filter((run) => run.key === key && worth(run) > 0);
      return fitting.reduce<FoundRun | undefined>((best, run) => (best && worth(best) >= worth(run) ? best : run), undefined);
    },
  };
}

async function runIn(folder: string, container: DependencyContainer): Promise<(FoundRun & { readonly key: string }) | undefined> {
  try {
    const { config, origin } = await readExperiment(folder);
    const resolved = resolveConfig(config, container);
    const key = keyOf(resolved);
    if (origin && resolved.given.length === 0) return undefined; // its members were trained elsewhere
    for (const [place, given] of resolved.given.entries()) {
      // Given members from a run of the same key, at their own indices, are those that it would have trained.
      if (memberFolderOf(place) !== basename(given)) return undefined;
      const source = await runIn(dirname(dirname(given)), container);
      if (source?.key !== key) return undefined;
    }
    return { folder, trained: (await openRun(folder)).members.length, key, planned: resolved.members.length };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function memberFolderOf(member: number): string {
  return String(member).padStart(3, "0");
}

/** Equal for configurations that train equal members. */
function keyOf(config: ResolvedConfig): string {
  const { members } = config;
  const kinds = [...new Set(members.map((member) => JSON.stringify(sorted(member))))];
  const rest = Object.entries(config).filter(([key, value]) => !IGNORED.has(key) && value !== undefined);
  return JSON.stringify(sorted({ ...Object.fromEntries(rest), kinds }));
}

/** With the keys of all objects sorted. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
