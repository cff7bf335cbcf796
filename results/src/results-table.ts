import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { checkValue, faultSentence } from "@benn/core/internals";
import { PLACES, type Places, resultNames } from "./places.ts";
import { type Result, resultSchema } from "./result.ts";

const [BEGIN, END] = ["<!-- made by `pnpm results table` -->", "<!-- end of the table -->"];

/** Rewrites the table of `results/README.md` from the `result.json` files. */
export async function writeResultsTable(places: Places = PLACES): Promise<string> {
  const results: (readonly [string, Result])[] = [];
  for (const name of resultNames(places)) {
    const path = join(places.results, name, "result.json");
    if (!existsSync(path)) continue;
    const parsed = checkValue(resultSchema, JSON.parse(await readFile(path, "utf8")));
    if (parsed.fault)
      throw new UserError(`results: ${path} is no result (${faultSentence(parsed.fault)}). Make it again: pnpm results keep ${name}.`);
    results.push([name, parsed.data]);
  }
  const page = join(places.results, "README.md");
  const text = await readFile(page, "utf8");
  const [before, rest] = text.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new UserError(`results: ${page} lacks the lines ${BEGIN} and ${END}. Put them back.`);
  const table = tableOf(results);
  await writeFile(page, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  return table;
}

/** A line for each result. */
export function tableOf(results: readonly (readonly [string, Result])[]): string {
  const rows = results.map(([name, { members, planned, votes, voter, files, hours, rows, machine }]) => {
    const voting = members.filter(({ alpha }) => alpha !== undefined);
    const singles = voting.map(({ test }) => test);
    const [best, mean] = [Math.max(...singles), singles.reduce((sum, one) => sum + one, 0) / singles.length];
    const last = votes[voter]?.at(-1);
    const { architecture = "", binarizer = "", epochs = 0 } = members[0] ?? {};
    const vote = last ? `**${percent(last.test)}** [${percent(last.interval[0])}, ${percent(last.interval[1])}]` : "";
    const file = Object.values(files)[0];
    return [
      `[${name}](${name})`,
      `${architecture}${binarizer === "none" ? ", real-valued" : ""}`,
      `${rows.train.toLocaleString("en")} × ${epochs}`,
      members.length === planned ? String(planned) : `${members.length} of ${planned}`,
      percent(best),
      percent(mean),
      singles.length > 1 ? `${vote} ${voter}` : "",
      last && singles.length > 1 ? `${points(last.test - best)} / ${points(last.test - mean)}` : "",
      file ? `${(file.bytes / 1000).toFixed(0)} kB` : "",
      hours.toFixed(1),
      `${machine.cores} × ${machine.cpu}`,
    ];
  });
  const heads = [
    "result",
    "net",
    "rows × epochs",
    "members",
    "best single %",
    "mean single %",
    "vote %, 95 % interval",
    "over best / mean",
    ".benn",
    "hours",
    "machine",
  ];
  const lines = [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return lines.join("\n");
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}

function points(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${Math.abs(100 * difference).toFixed(2)}`;
}
