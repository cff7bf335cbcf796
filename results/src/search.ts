import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunEvent, UserError } from "@benn/core";
import { checkValue, faultSentence } from "@benn/core/internals";
import { followEvents } from "@benn/core/node";
import { z } from "zod";
import { PLACES, type Places } from "./places.ts";
import { figuresOf } from "./result.ts";
import { trainVerifiable, type TrainingOptions, withData } from "./train-result.ts";

const searchSchema = z.strictObject({
  /** What is searched for, in a sentence. */
  title: z.string(),
  /** The common settings of all trials. */
  base: z.looseObject({}),
  /** By name, the changes of each trial: keys as in `--set`, nested ones with dots. */
  trials: z.record(z.string().regex(/^[\w.-]+$/), z.record(z.string(), z.unknown())),
});

interface Trial {
  readonly name: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly validation: number;
  readonly hours: number;
  /** Training accuracy of the last epoch. */
  readonly training: number;
}

/**
 * Trains every trial of `results/search/NAME.json` that has not been trained yet, one member each, and writes the table of all trained ones
 * to `results/search/NAME.md`, the best first. Trials are compared on validation rows; test images are not used.
 * @returns whether all are trained
 */
export async function search(
  name: string,
  { data, places = PLACES, ...options }: TrainingOptions & { readonly data?: string | undefined },
): Promise<boolean> {
  const file = join(places.results, "search", `${name}.json`);
  if (!existsSync(file)) throw new UserError(`search: there is no ${file}. There are: ${searchNames(places).join(", ") || "none yet"}.`);
  const parsed = checkValue(searchSchema, JSON.parse(await readFile(file, "utf8")));
  if (parsed.fault) throw new UserError(`search: ${file} is no search (${faultSentence(parsed.fault)}). It has title, base and trials.`);
  const { title, base, trials } = parsed.data;
  const done: Trial[] = [];
  for (const [trial, changes] of Object.entries(trials)) {
    const run = `search-${name}-${trial}`;
    const config = withData({ ...changed(base, changes), members: 1, name: run }, data);
    options.print(`${trial}: ${JSON.stringify(changes)}`);
    if (!(await trainVerifiable({ ...config, name: run }, { places, ...options }))) return false;
    const events: RunEvent[] = [];
    for await (const event of followEvents(join(places.runs, run), { follow: false })) events.push(event);
    const figures = figuresOf(events);
    const training = events.findLast((event) => event.type === "epoch")?.metrics["accuracy"] ?? 0;
    done.push({ name: trial, changes, training, validation: figures?.members[0]?.validation ?? 0, hours: figures?.hours ?? 0 });
    await writeFile(join(places.results, "search", `${name}.md`), page({ name, title, base, done, of: Object.keys(trials).length }));
  }
  return true;
}

function searchNames({ results }: Places): string[] {
  const folder = join(results, "search");
  return existsSync(folder) ? readdirSync(folder).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : [])) : [];
}

/** A copy with some keys changed, nested ones by dots. */
export function changed(base: object, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = structuredClone(base) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let inner = result;
    for (const key of keys) inner = (inner[key] ??= {}) as Record<string, unknown>;
    inner[last] = value;
  }
  return result;
}

function page({ name, title, base, done, of }: { name: string; title: string; base: object; done: readonly Trial[]; of: number }): string {
  const percent = (share: number): string => (100 * share).toFixed(2);
  const rows = done
    .toSorted((a, b) => b.validation - a.validation)
    .map(({ name: trial, changes, training, validation, hours }) => {
      const settings = Object.entries(changes).map(
        ([key, value]) => `\`${key}=${typeof value === "string" ? value : JSON.stringify(value)}\``,
      );
      return `| ${trial} | ${settings.join(" ")} | ${percent(validation)} | ${percent(training)} | ${hours.toFixed(2)} |`;
    });
  return `# ${title}

\`pnpm results search ${name} --data DIR\`; ${done.length} of ${of} trials, one member and one seed each, judged on validation rows.

| trial | differs in | validation % | training % | hours |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

All have:

\`\`\`json
${JSON.stringify(base, null, 2)}
\`\`\`
`;
}
