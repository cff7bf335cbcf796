import { dirname, join } from "node:path";
import { UserError } from "@benn/core";
import { Command, InvalidArgumentError } from "commander";
import { mutate } from "./mutate.ts";
import { reportLines } from "./report.ts";
import { SUBJECTS, subjectOf } from "./subject.ts";
import { readSurvivors } from "./survivors.ts";

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

const command = new Command("pnpm mutate")
  .description("Changes the code in small ways and tells which changes no test notices.")
  .argument("<subject...>", `what to mutate: ${SUBJECTS.join(", ")}`)
  .option("--sample <n>", "only so many mutants, drawn evenly from all", whole)
  .option("--seed <n>", "of the sample", whole, 1)
  .option("--only <part...>", "only mutants of files whose path contains one of these")
  .option("--tests <part...>", "only tests of files whose path contains one of these; what others would kill survives")
  .option("--budget <seconds>", "tests a mutant survives, shortest first, before it counts as survived", whole, 60)
  .option("--fresh", "forget earlier results, which a run otherwise goes on from", false)
  .addHelpText(
    "after",
    `
Examples:
  pnpm mutate vote
  pnpm mutate ensemble-boost --only alpha-rules
  pnpm mutate core --sample 600 --seed 2

Results go to mutation/results. mutation/survivors.md lists the survivors that are meant to be, each with its reason;
one that is not there is named as new, and the exit code is 1.`,
  );
const options = command
  .parse()
  .opts<{ sample?: number; seed: number; only?: string[]; tests?: string[]; budget: number; fresh: boolean }>();
const root = dirname(dirname(import.meta.dirname));
const reasons = readSurvivors(join(root, "mutation/survivors.md"));
// Child processes must end with this one.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
try {
  let fresh = 0;
  for (const name of command.args) {
    const print = (line: string) => console.log(line);
    const { tests = [""] } = options;
    const subject = subjectOf(name, root);
    const chosen = { ...subject, tests: subject.tests.filter((test) => tests.some((part) => test.includes(part))) };
    const mutation = await mutate(chosen, { ...options, sample: options.sample, only: options.only, root, print });
    const { lines, unlisted } = reportLines(mutation, reasons);
    for (const line of lines) print(line);
    fresh += unlisted;
  }
  process.exit(fresh > 0 ? 1 : 0);
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exit(2);
}
