import type { Command } from "commander";
import { exitHelp } from "../exit-codes.ts";
import type { QueueCommandOptions } from "../queue.ts";
import type { SweepOptions } from "../sweep.ts";
import type { WorkerCommandOptions } from "../worker.ts";
import { withExamples } from "./examples.ts";
import { loaded } from "./loaded.ts";
import { collect, seedRange, wholeNumber } from "./option-values.ts";
import { CONFIG, withBackend, withPlugin, withQueue } from "./shared-options.ts";

/** Commands for many machines: docs/queue.md. */
export function addQueueCommands(program: Command): void {
  addSweep(program);
  addWorker(program);
  addQueue(program);
}

function addSweep(program: Command): void {
  const sweep = program.command("sweep").summary("Train many runs on the workers of a queue.");
  sweep
    .description(
      "Train every preset with every combination of a grid and every seed, each run by a worker of a queue: docs/queue.md. The same command goes on with a sweep.",
    )
    .argument("[config]", CONFIG);
  withQueue(sweep)
    .option("--store <place>", "where runs are exchanged: a folder that all see, or s3://BUCKET")
    .option("--class <name>", "a class of machines other than this one's")
    .option("--preset <names>", "presets, between commas; * stands for anything (repeatable)", collect)
    .option("--seeds <list>", "seeds: 1..5, or 1,2,3", seedRange, [0])
    .option("--grid <key=values...>", "values to try of a key, between commas: epochs=10,20")
    .option("--set <key=value...>", "set keys of the configuration of all runs");
  withBackend(withPlugin(sweep))
    .option("--out <dir>", "folder of the sweep, which gets the folders of its runs", "runs/sweep")
    .option("--report <file>", "in the end write one HTML file over all runs")
    .option("--data <dir>", "with --report: folder of the data on this machine")
    .option("--dry-run", "show which runs it would train, and queue nothing")
    .option("--json", "what happens as JSON, one per line; the last line is the result")
    .action(async (file: string | undefined, options: Omit<SweepOptions, "file">) => {
      const { sweep: run } = await loaded(import("../sweep.ts"));
      await run({ ...options, ...(file === undefined ? {} : { file }) });
    });
  withExamples(sweep, [
    ["sweep --on redis://HOST --preset cifar10-sb-* --seeds 1..5", "recipes, five times each"],
    ["sweep my.config.ts --grid epochs=10,20 scheme=bagging,samme", "a grid; the queue is BENN_QUEUE_URL"],
    ["sweep --preset demo --seeds 1..3 --report sweep.html", "with a page over all"],
    ["sweep --preset demo --seeds 1..3 --dry-run", "which runs that would be"],
  ]).addHelpText(
    "after",
    `${exitHelp("workers train on, and the same command collects their runs").replace("no permission)", "no permission),\n       or a run failed")}
  75   some runs were stopped or taken from the queue`,
  );
}

function addWorker(program: Command): void {
  const worker = program.command("worker").summary("Train what others queue, with train --on and sweep.");
  worker.description(
    "Train the members and runs that others queue, with benn train --on and benn sweep, until it is stopped: docs/queue.md.",
  );
  withQueue(worker)
    .option("--store <place>", "where weights are exchanged: the folder or s3://BUCKET that the runs name")
    .option("--data <dir>", "folder with the data on this machine (sets dataset.data)")
    .option("--backend <name>", "compute backend; what wants other backends are left to others")
    .option("--parallel <n>", "members or runs to train at a time", wholeNumber, 1)
    .option("--set <key=value...>", "options of backend and dataset for this machine");
  withPlugin(worker)
    .option("--name <name>", "name of this worker, for people (default: host and process)")
    .option("--once", "stop after one member or run")
    .option("--json", "events of the worker as JSON, one per line")
    .action(async (options: WorkerCommandOptions) => {
      const { work } = await loaded(import("../worker.ts"));
      await work(options);
    });
  withExamples(worker, [
    ["worker --on redis://HOST --data DIR", "on every machine, as often as you like"],
    ["worker --on redis://HOST --set backend.simd=plain", "on all machines, where they differ"],
  ]).addHelpText("after", exitHelp("what trains there is saved, and goes back to the queue"));
}

const CHANGES = [
  ["pause", "Have runs pause, in the middle of an epoch; without a run, have workers take no more jobs.", "[run...]"],
  ["resume", "Have paused runs go on; without a run, have workers take jobs again.", "[run...]"],
  ["cancel", "Take runs from the queue; what they had saved stays with whoever queued them.", "<run...>"],
  ["retry", "Queue runs again that failed or were stopped, from where they stand.", "<run...>"],
] as const;

function addQueue(program: Command): void {
  const queue = program.command("queue").summary("Show the workers and jobs of a queue; pause, cancel, retry.");
  withQueue(queue.description("Show the workers and the jobs of a queue, by run: docs/queue.md."))
    .option("--json", "as JSON")
    .action(async (options: QueueCommandOptions) => {
      const { showQueue } = await loaded(import("../queue.ts"));
      await showQueue(options);
    });
  withExamples(queue, [
    ["queue --on redis://HOST", "workers and jobs"],
    ["queue pause NAME", "pause a run; the queue is BENN_QUEUE_URL"],
    ["queue cancel NAME", "take a run from the queue"],
    ["queue retry NAME", "queue a run again that failed"],
  ]);
  queue.enablePositionalOptions(); // its commands have options of the same names
  for (const [change, description, runs] of CHANGES) {
    const command = queue.command(change).description(description).argument(runs, "names of runs, as benn queue shows them");
    withQueue(command)
      .option("--json", "as JSON")
      .action(async (names: string[], options: QueueCommandOptions) => {
        const { changeQueue } = await loaded(import("../queue.ts"));
        await changeQueue(change, names, options);
      });
    withExamples(command, [[`queue ${change} NAME`, "a run; the queue is BENN_QUEUE_URL"]]);
  }
}
