import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { keepResult } from "./keep-result.ts";
import { writeResultsTable } from "./results-table.ts";
import { search } from "./search.ts";
import { LEAST_SEEDS, speedrun } from "./speedrun.ts";
import { trainResult } from "./train-result.ts";

/** `pnpm results COMMAND …`. @param print called with each line of output */
export async function runResults(args: readonly string[], print: (line: string) => void): Promise<void> {
  const program = new Command("pnpm results")
    .description("Train the runs of results/, and keep what is published of them.")
    .configureOutput({ writeOut: (text) => print(text.trimEnd()) })
    .exitOverride();
  program
    .command("train")
    .description("Train results/NAME/config.json in runs/NAME, or go on with it. Ctrl-C saves and stops.")
    .argument("<name>")
    .option("--data <dir>", "folder with CIFAR-10")
    .option("--minutes <n>", "save and stop after so long, on a machine that is lent", positive)
    .option("--to <dir>", "copy the run there at the end, finished or not")
    .action(async (name: string, { data, minutes, to }: { data?: string; minutes?: number; to?: string }) => {
      const finished = await trainResult(name, { data: absolute(data), minutes, to, print, signal: stopSignal() });
      if (!finished) stopped(print);
    });
  program
    .command("keep")
    .description(
      "Copy log, records, checkpoint and .benn file of runs/NAME into results/NAME, and write its result.json. Of a run that is not " +
        "finished, keep also what another checkout goes on from.",
    )
    .argument("<name...>")
    .action(async (names: string[]) => {
      for (const name of names) {
        const result = await keepResult(name);
        print(result ? `${name}: ${result.members.length} of ${result.planned} members kept` : `${name}: kept to go on with`);
      }
      print(await writeResultsTable());
    });
  program
    .command("search")
    .description("Train the trials of results/search/NAME.json that are left, and write their table. Ctrl-C saves and stops.")
    .argument("<name>")
    .option("--data <dir>", "folder with CIFAR-10")
    .action(async (name: string, { data }: { data?: string }) => {
      if (!(await search(name, { data: absolute(data), print, signal: stopSignal() }))) stopped(print);
    });
  program
    .command("table")
    .description("Write the table of results/README.md anew from the result.json files.")
    .action(async () => print(await writeResultsTable()));
  program
    .command("speedrun")
    .description(
      "Train a configuration for several seeds; if it reaches the bar of results/speedrun.md, add it there. Ctrl-C saves and stops.",
    )
    .argument("<config>", "JSON file of one member")
    .requiredOption("--by <name>", "who runs it")
    .option("--data <dir>", "folder with CIFAR-10")
    .option("--seeds <n>", "from 0 on", Number, LEAST_SEEDS)
    .action(async (file: string, { by, data, seeds }: { by: string; data?: string; seeds: number }) => {
      const today = new Date().toISOString().slice(0, 10);
      const outcome = await speedrun({ file, by, data: absolute(data), seeds, print, signal: stopSignal(), today });
      if (!outcome) return stopped(print);
      const { accuracies, target } = outcome;
      const reached = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length >= target;
      print(reached ? "a line was added to results/speedrun.md" : `below the bar of ${100 * target} %: no record`);
      if (!reached) process.exitCode = 1;
    });
  await program.parseAsync(args, { from: "user" });
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("expected a number above 0");
  return value;
}

function absolute(data: string | undefined): string | undefined {
  return data === undefined ? undefined : resolve(data);
}

/** Aborted by the first stop signal. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function stopped(print: (line: string) => void): void {
  print("stopped and saved; the same command goes on");
  process.exitCode = 130;
}
