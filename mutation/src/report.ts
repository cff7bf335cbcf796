import type { Mutation } from "./mutate.ts";
import { wilson } from "@benn/analysis";
import { written } from "./survivors.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The results: survivors without a reason by file and line, the share killed by file, and in total. */
export function reportLines(
  { total, verdicts, ignored }: Mutation,
  reasons: ReadonlyMap<string, string>,
): { lines: string[]; unlisted: number } {
  const lines: string[] = [];
  const files = new Map<string, { killed: number; of: number }>();
  let [unlisted, killed] = [0, 0];
  for (const [mutant, { status }] of verdicts) {
    const file = files.get(mutant.file) ?? { killed: 0, of: 0 };
    files.set(mutant.file, file);
    file.of++;
    if (status === "killed") {
      file.killed++;
      killed++;
    } else if (!reasons.has(`${mutant.file}\0${written(mutant)}`)) {
      unlisted++;
      lines.push(`${mutant.file}:${mutant.line}:${mutant.column} ${mutant.mutator} ${status}`, `  - ${written(mutant)}`);
    }
  }
  const width = Math.max(0, ...[...files.keys()].map((file) => file.length));
  lines.push("");
  for (const [file, { killed, of }] of files)
    lines.push(`${file.padEnd(width)}  ${String(killed).padStart(4)} of ${String(of).padStart(4)}`);
  const of = verdicts.size;
  const [low, high] = wilson(killed, of);
  const share = `${killed} of ${of} mutants killed, ${percent(killed / Math.max(1, of))}`;
  lines.push(of < total ? `${share} (95 % interval ${percent(low)} to ${percent(high)} for all ${total})` : share);
  lines.push(`${of - killed} survived, ${unlisted} of them not listed in mutation/survivors.md; ${ignored} mutants of text left out`);
  return { lines, unlisted };
}
