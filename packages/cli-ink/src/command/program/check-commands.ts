import type { Command } from "commander";
import type { BenchOptions } from "../bench.ts";
import { exitHelp } from "../exit-codes.ts";
import type { FsckOptions } from "../fsck.ts";
import type { VerifyOptions } from "../verify.ts";
import { withExamples } from "./examples.ts";
import { loaded } from "./loaded.ts";
import { wholeNumber } from "./option-values.ts";
import { CONFIG, withBackend, withConfig, withPlugin, withRunData } from "./shared-options.ts";

/** Commands that check this machine, and the files of runs. */
export function addCheckCommands(program: Command): void {
  addDoctor(program);
  addBench(program);
  addFsck(program);
  addVerify(program);
}

function addDoctor(program: Command): void {
  const command = program.command("doctor").summary("Show which backends work here, and what the others lack.");
  command.description("Try every backend on this machine: how fast it trains, or what it lacks. Then machine, data and plugins.");
  withPlugin(command)
    .option("--json", "as JSON")
    .action(async (options: { plugin?: string[]; json?: boolean; debug?: boolean }, self: Command) => {
      const { doctor } = await loaded(import("../doctor.ts"));
      await doctor({ ...options, debug: self.optsWithGlobals<{ debug?: boolean }>().debug ?? false });
    });
  withExamples(command, [
    ["doctor", "which backends work here, and the commands that install the others"],
    ["doctor --plugin ./my-backend.ts", "with a backend of your own"],
    ["doctor --debug", "with what libraries print"],
  ]);
}

function addBench(program: Command): void {
  const command = program.command("bench").summary("Measure how fast a network trains here.");
  command
    .description("Measure how fast a network trains and evaluates here, or profile one step. Reads no data, writes nothing.")
    .argument("[config]", CONFIG);
  withBackend(withPlugin(withConfig(command)))
    .option("--threads <n>", "number of worker threads (sets backend.threads)", wholeNumber)
    .option("--member <n>", "which member to measure", wholeNumber, 1)
    .option("--forward", "measure evaluation only")
    .option("--profile", "time per kernel in one training step (with --forward: in one evaluation step)")
    .option("--steps <n>", "steps per round (default: two seconds' worth; 5 with --profile)", wholeNumber)
    .option("--rounds <n>", "rounds; the median is reported", wholeNumber, 5)
    .option("--rows <n>", "profile rows to print", wholeNumber, 25)
    .option("--json", "as JSON, with all profile rows")
    .action(async (file: string | undefined, options: Omit<BenchOptions, "file">) => {
      const { bench } = await loaded(import("../bench.ts"));
      await bench({ ...options, ...(file === undefined ? {} : { file }) });
    });
  withExamples(command, [
    ["bench", "images/s of the default network"],
    ["bench --backend auto", "on the fastest backend"],
    ["bench --set architecture=resnet20 batchSize=64 --json", "of another network, for programs"],
    ["bench --preset cifar10-ab-boost-d-indp --threads 1", "of a recipe, on one thread"],
    ["bench --profile", "time per kernel in one training step"],
    ["bench --profile --forward --backend webgpu", "time per kernel of evaluation on the GPU"],
  ]);
}

function addFsck(program: Command): void {
  const command = program.command("fsck").summary("Check the files of a run, and repair what can be recomputed.");
  command
    .description("Check the files of a run against their checksums and lengths. Exit code 0: intact; 1: damaged.")
    .argument("<run>", "run folder")
    .option("--mend", "recompute what follows from the rest: logits from weights, the log from the members");
  withRunData(command).option("--backend <name>", "compute backend for logits (default: the run's)");
  withPlugin(command)
    .option("--take-over", "repair even if another process seems to have the run open")
    .option("--json", "as JSON")
    .action(async (run: string, options: FsckOptions) => {
      const { fsck } = await loaded(import("../fsck.ts"));
      await fsck(run, options);
    });
  withExamples(command, [
    ["fsck runs/NAME", "list what is damaged"],
    ["fsck runs/NAME --mend", "and repair what can be recomputed"],
  ]);
}

function addVerify(program: Command): void {
  const command = program.command("verify").summary("Train a run again, and compare every byte.");
  command
    .description("Train a run again in a temporary folder, and compare every byte with its records. Exit code 0: equal; 1: not.")
    .argument("<run>", "run folder, or the folder of a published result without weights and logits")
    .option("--whole", "from the beginning, even if a checkpoint is stored")
    .option("--members <n>", "only the first n members", wholeNumber)
    .option("--data <dir>", "folder of the run's data, if they have moved");
  withPlugin(command)
    .option("--json", "as JSON")
    .action(async (run: string, options: VerifyOptions) => {
      const { verify } = await loaded(import("../verify.ts"));
      await verify(run, options);
    });
  withExamples(command, [
    ["verify results/NAME --data DIR", "the last epoch of member 1, from a stored checkpoint; else all"],
    ["verify runs/NAME --members 1", "the first member of your own run"],
  ]).addHelpText("after", exitHelp("nothing is kept").replace("an internal error", "a byte differs, or an internal error"));
}
