import { runBench } from "../src/run-bench.ts";
import type { Table } from "../src/table.ts";

/** The tables of `pnpm bench ARGS --json`. */
export async function benchJson(...args: readonly string[]): Promise<readonly Table[]> {
  const lines: string[] = [];
  await runBench([...args, "--json"], (line) => lines.push(line));
  return (JSON.parse(lines.join("\n")) as { tables: Table[] }).tables;
}
