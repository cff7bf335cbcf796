import { UserError } from "@benn/core";
import { Command, InvalidArgumentError } from "commander";
import { machineLine, thisMachine } from "../../bench/src/machine.ts";
import { tableLines } from "../../bench/src/table.ts";
import { PARTS } from "./parts.ts";
import { inWords, progressLine } from "./progress-line.ts";
import { type Figures, runPart } from "./run-part.ts";

interface Options {
  readonly seed: number;
  readonly share: number;
  readonly only?: number;
  readonly jobs?: number;
  readonly json: boolean;
}

/** Failures of a part that are printed in full. */
const MOST_SHOWN = 20;

/**
 * `pnpm soak PART… OPTIONS`.
 * @param print called with each line of output: one table at the end, or with --json one document
 * @returns whether everything passed
 * @throws UserError if there is no such part, CommanderError if options are wrong
 */
export async function runSoak(args: readonly string[], print: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
  const command = describe()
    .configureOutput({ writeOut: (text) => print(text.trimEnd()) })
    .exitOverride();
  command.parse([...args], { from: "user" });
  const { seed, share, only, jobs, json } = command.opts<Options>();
  const parts = await partsOf(command.args);
  if (only !== undefined && parts.length !== 1) throw new UserError("soak: --only is the number of a trial of one part. Name the part.");
  const machine = thisMachine();
  const line = progressLine(process.stderr);
  const figures: Figures[] = [];
  for (const part of parts) {
    if (signal?.aborted) break;
    if (!json && command.args.length > 0) print(`${part.name}: ${part.summary}`);
    const own = await runPart(part, { seed, share, only, jobs, signal, onProgress: (progress) => line.show(progress) });
    line.clear();
    figures.push(own);
    for (const { trial, reason } of json ? [] : own.failures.slice(0, MOST_SHOWN)) {
      print(`FAILED ${trial < 0 ? part.name : again(part.name, seed, trial)}`);
      for (const text of reason.split("\n")) print(`    ${text}`);
    }
    if (!json && own.failures.length > MOST_SHOWN) print(`… and ${own.failures.length - MOST_SHOWN} more of ${part.name}`);
  }
  const passed = figures.every(({ failures }) => failures.length === 0);
  if (json) print(JSON.stringify({ machine, seed, share, passed, parts: figures.map(asJson) }, undefined, 2));
  else for (const text of [machineLine(machine), "", ...summary(figures, { seed, share })]) print(text);
  return passed;
}

function describe(): Command {
  const number = (what: string, fits: (value: number) => boolean) => (text: string) => {
    const value = Number(text);
    if (text === "" || !fits(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
  return new Command("pnpm soak")
    .description("Examines how reliable the project is: every part, or those that are named.")
    .argument("[parts...]", Object.keys(PARTS).join(", "))
    .option("--seed <number>", "what every trial is drawn from", number("a whole number from 0", whole), 1)
    .option(
      "--share <share>",
      "of the trials of each part",
      number("above 0 and at most 1", (value) => value > 0 && value <= 1),
      1,
    )
    .option("--only <trial>", "number of the one trial to try", number("a whole number from 0", whole))
    .option(
      "--jobs <number>",
      "processes at a time (default: the machine's cores)",
      number("a whole number from 1", (value) => whole(value) && value > 0),
    )
    .option("--json", "print JSON instead of a table", false)
    .addHelpText(
      "after",
      `
Examples:
  pnpm soak                           the whole exam: hours
  pnpm soak --share 0.01              a glance at every part
  pnpm soak kills power-cuts --seed 7
  pnpm soak kills --seed 7 --only 312 one trial again, as a failure names it

The exit code is 0 when all passed, 1 when something failed, 130 after Ctrl-C, which ends with the figures so far.`,
    );
}

async function partsOf(names: readonly string[]) {
  const known = Object.keys(PARTS);
  const all = known.filter((name) => names.length === 0 || names.some((wanted) => name === wanted || name.startsWith(`${wanted}-`)));
  const unknown = names.find((wanted) => !known.some((name) => name === wanted || name.startsWith(`${wanted}-`)));
  if (unknown !== undefined) throw new UserError(`soak: there is no part "${unknown}". There are: ${known.join(", ")}.`);
  return await Promise.all(all.map((name) => PARTS[name]!()));
}

const again = (part: string, seed: number, trial: number): string => `pnpm soak ${part} --seed ${seed} --only ${trial}`;

function summary(figures: readonly Figures[], { seed, share }: { readonly seed: number; readonly share: number }): string[] {
  const rows = figures.map(({ part, trials, outcomes, failures, seconds, skipped }) => ({
    part,
    trials: trials.toLocaleString("en"),
    failed: failures.length,
    time: inWords(seconds),
    "what came of them": skipped ?? [...outcomes].map(([outcome, n]) => `${n.toLocaleString("en")} ${outcome}`).join(", "),
  }));
  const notes = figures.flatMap(({ part, notes: own }) => own.map((note) => `${part}: ${note}`));
  return tableLines({ title: `Seed ${seed}, share ${share}`, rows, notes });
}

function asJson({ outcomes, ...figures }: Figures): object {
  return { ...figures, outcomes: Object.fromEntries(outcomes) };
}
