import { UserError } from "@benn/core";
import type { ListedRun } from "./read-runs.ts";
import { SORT_COLUMNS } from "./sort-columns.ts";

const KEYS = {
  name: ({ name }) => name,
  began: ({ began }) => began,
  vote: ({ vote }) => vote && (vote.better === "lower" ? -vote.value : vote.value),
  members: ({ members }) => members.trained,
  size: ({ bytes }) => bytes,
  status: ({ status }) => status,
} satisfies Record<(typeof SORT_COLUMNS)[number], (run: ListedRun) => string | number | undefined>;

/**
 * Sorts runs by a key: names and states alphabetically, everything else in descending order; runs without the key come last.
 * @throws UserError for an unknown key
 */
export function sortRuns(runs: readonly ListedRun[], key: string): ListedRun[] {
  if (!Object.hasOwn(KEYS, key)) throw new UserError(`runs --sort: "${key}" is no column. Write one of ${SORT_COLUMNS.join(", ")}.`);
  const of: (run: ListedRun) => string | number | undefined = KEYS[key as keyof typeof KEYS];
  return runs.toSorted((a, b) => {
    const [one, other] = [of(a), of(b)];
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    if (typeof one === "number" && typeof other === "number") return other - one;
    return String(one).localeCompare(String(other), "en");
  });
}

/**
 * Runs that match every word: `key=value` of the configuration, `tag:name`, `vote>0.5`, or else a part of the name, state, network, scheme,
 * dataset, tags or note.
 */
export function filterRuns(runs: readonly ListedRun[], words: readonly string[]): ListedRun[] {
  const tests = words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== "");
  return runs.filter((run) => tests.every((word) => fits(run, word.toLowerCase())));
}

function fits(run: ListedRun, word: string): boolean {
  const [, key = "", sign = "", value = ""] = /^([\w.]+)([=<>:])(.+)$/.exec(word) ?? [];
  if (sign === ":" && key === "tag") return run.tags.some((tag) => tag.toLowerCase() === value);
  if (sign === "<" || sign === ">") {
    const own = key === "vote" ? run.vote?.value : Number(run.config[key]);
    return own !== undefined && (sign === "<" ? own < Number(value) : own > Number(value));
  }
  if (sign === "=") {
    const own = Object.entries(run.config).find(([name]) => name.toLowerCase() === key)?.[1];
    return own !== undefined && own.toLowerCase().replaceAll('"', "") === value;
  }
  const texts = [run.name, run.status, run.network, run.scheme, run.dataset, run.note, ...run.tags];
  return texts.some((text) => text.toLowerCase().includes(word));
}
