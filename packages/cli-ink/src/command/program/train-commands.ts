import { type Command, Option } from "commander";
import { EXIT_HELP } from "../exit-codes.ts";
import type { ImportTorchOptions } from "../import-torch.ts";
import { SORT_COLUMNS } from "../../runs/sort-columns.ts";
import type { PruneOptions, RunsOptions } from "../runs.ts";
import type { TrainOptions } from "../train-options.ts";
import type { WatchOptions } from "../watch.ts";
import { withExamples } from "./examples.ts";
import { loaded } from "./loaded.ts";
import { memberNumber, oneOf, wholeNumber } from "./option-values.ts";
import { CONFIG, withBackend, withConfig, withData, withLooks, withParallel, withPlugin, withUi } from "./shared-options.ts";

/** Commands that create runs, and show them while they train. */
export function addTrainCommands(program: Command): void {
  addTrain(program);
  addWatch(program);
  addRuns(program);
  addCollect(program);
  addImportTorch(program);
}

function addTrain(program: Command): void {
  const train = program.command("train").summary("Train an ensemble.");
  train.description(
    "Train an ensemble. Without a configuration it trains 8 networks on the built-in photographs; it first says how long that takes.",
  );
  train.argument("[config]", CONFIG);
  withParallel(withBackend(withData(withPlugin(withConfig(train)))))
    .option("--out <dir>", "folder that gets the run's folder (default: runs)")
    .option("--resume <run>", "resume an interrupted run")
    .option("--take-over", "resume even if another process, maybe on another machine, seems to train it")
    .option("--dry-run", "show configuration, layers, sizes and time, and train nothing")
    .option("--json", "events as JSON, one per line; with --dry-run the whole plan")
    .option("--on [url]", "train on the workers of a queue (benn worker), redis://HOST; default: BENN_QUEUE_URL")
    .option("--store <place>", "with --on: where weights are exchanged, a folder that all see or s3://BUCKET")
    .option("--class <name>", "with --on: a class of machines other than this one's")
    .option("--ca <file>", "with --on: certificate of the authority that signed the queue's, for rediss://")
    .option("--insecure", "with --on: a queue without a password on another machine is what you want")
    .option("--prepare", "create the run folder and train nothing, for --member")
    .option("--member <n>", "train only this member, from 0, of the run that --resume names", memberNumber)
    .option("--into <dir>", "with --member: folder for its files, which benn collect adds to the run");
  withLooks(train).action(async (file: string | undefined, options: Omit<TrainOptions, "file">) => {
    const { train: run } = await loaded(import("../train.ts"));
    await run({ ...options, ...(file === undefined ? {} : { file }) });
  });
  withExamples(train, [
    ["train --preset demo", "a small ensemble on the built-in photographs, in about two minutes"],
    ["train --set members=4 epochs=10 architecture.width=0.25", "set keys of the configuration"],
    ["train --set scheme=samme scheme.shrinkage=0.5", "a boosting scheme with an option"],
    ["train my.config.ts --data ~/cifar-10-batches-bin", "a configuration file and the full data"],
    ["train --backend gpu --parallel 2", "on the GPU, two members at a time"],
    ["train --plugin ./my-boost.ts --set scheme=my-boost", "your own scheme"],
    ["train --preset cifar10-sb-bagging-seq --data DIR --dry-run", "what it would do, without doing it"],
    ["train --resume runs/NAME", "resume an interrupted run"],
    ["train --resume runs/NAME --member 3 --into DIR", "one member, as a scheduler's task: docs/clusters.md"],
    ["train --on redis://HOST --store DIR", "on the workers of a queue: docs/queue.md"],
    ["train --ui plain --timestamps", "plain lines with the time, for a log or a screen reader"],
  ]).addHelpText("after", EXIT_HELP);
}

function addWatch(program: Command): void {
  const watch = program.command("watch").summary("Attach to a running training, or replay a finished run.");
  watch
    .description("Attach to a running training, replay a finished run, or compare several: docs/dashboard.md.")
    .argument("<run...>", "run folders; the curves of several are overlaid, and their differences listed")
    .option("--speed <times>", "playback speed (20 = 20× real time); default: jump to the end", Number)
    .option("--data <dir>", "folder of the run's data, for the views of votes, classes and weights");
  withLooks(withPlugin(watch)).action(async (runs: string[], options: WatchOptions) => {
    const { watch: show } = await loaded(import("../watch.ts"));
    await show(runs, options);
  });
  withExamples(watch, [
    ["watch runs/NAME", "attach, or show how it ended; space replays it"],
    ["watch runs/NAME --speed 20", "replay at 20 times the speed"],
    ["watch runs/ONE runs/OTHER", "compare two runs: curves and settings"],
    ["watch runs/NAME --ui plain", "plain lines, for a log or a screen reader"],
  ]);
}

function addRuns(program: Command): void {
  const runs = program.command("runs").summary("List, tag, annotate and delete runs.");
  runs
    .description("List runs with their votes; tag, annotate and delete them.")
    .argument("[folder...]", "folders with runs, or runs (default: runs)")
    .addOption(oneOf(new Option("--sort <column>", "column to sort by"), SORT_COLUMNS).default("began"))
    .option("--filter <words...>", "only runs that match all words: text of any column, tag:x, key=value, vote>0.5")
    .option("--json", "as JSON, with the configurations")
    .action(async (folders: string[], options: RunsOptions) => {
      const { listRuns } = await loaded(import("../runs.ts"));
      await listRuns(folders, options);
    });
  withExamples(runs, [
    ["runs", "the newest first"],
    ["runs --sort vote --filter samme vote>0.5", "boosted runs with a good vote, the best first"],
    ["runs tag runs/NAME good -draft", "add the tag good, remove the tag draft"],
    ["runs note runs/NAME learning rate too high", "write a note"],
    ["runs prune --state interrupted --older-than 30", "what this would delete; --yes deletes it"],
  ]);
  runs.enablePositionalOptions(); // its subcommands have options of the same names
  const tag = runs
    .command("tag")
    .description('Add tags to a run; a minus before a tag removes it. Without tags, show them. Runs tagged "keep" are never pruned.')
    .argument("<run>", "run folder")
    .argument("[tag...]", "tags to add, or to remove with a minus before them")
    .option("--json", "as JSON")
    .allowUnknownOption()
    .action(async (run: string, tags: string[], options: { json?: boolean }) => {
      const { tagRun } = await loaded(import("../runs.ts"));
      await tagRun(run, tags, options);
    });
  withExamples(tag, [
    ["runs tag runs/NAME keep -draft", "add the tag keep, remove the tag draft"],
    ["runs tag runs/NAME", "show its tags"],
  ]);
  const note = runs
    .command("note")
    .description('Write a note on a run; "" removes it. Without a text, show the note.')
    .argument("<run>", "run folder")
    .argument("[text...]", "the note")
    .option("--json", "as JSON")
    .action(async (run: string, text: string[], options: { json?: boolean }) => {
      const { noteRun } = await loaded(import("../runs.ts"));
      await noteRun(run, text, options);
    });
  withExamples(note, [
    ["runs note runs/NAME learning rate too high", "write a note"],
    ["runs note runs/NAME", "show it"],
  ]);
  const prune = runs
    .command("prune")
    .description('Show which runs would be deleted; with --yes, delete them. Runs in training and runs tagged "keep" stay.')
    .argument("[folder...]", "folders with runs (default: runs)")
    .option("--filter <words...>", "only runs that match, as for benn runs")
    .addOption(oneOf(new Option("--state <state>", "only runs of this state"), ["finished", "stopped early", "interrupted", "damaged"]))
    .option("--older-than <days>", "only runs that ended at least that many days ago", wholeNumber)
    .option("--keep-best <n>", "keep the n runs with the best votes", wholeNumber)
    .option("--yes", "delete them")
    .option("--json", "as JSON")
    .action(async (folders: string[], options: PruneOptions) => {
      const { pruneRuns } = await loaded(import("../runs.ts"));
      await pruneRuns(folders, options);
    });
  withExamples(prune, [
    ["runs prune --state interrupted --older-than 30", "interrupted runs older than 30 days"],
    ["runs prune --keep-best 5 --yes", "delete all but the five best"],
  ]);
}

function addCollect(program: Command): void {
  const collect = program.command("collect").summary("Add members that were trained alone to their run.");
  collect
    .description("Add members that were trained alone to their run, which evaluates them and votes with them: docs/clusters.md.")
    .argument("<run>", "run folder")
    .argument("<dir...>", "folders that benn train --into wrote members into")
    .option("--data <dir>", "folder of the run's data, if they have moved");
  withUi(
    withPlugin(collect).option("--take-over", "continue even if another process, maybe on another machine, seems to train the run"),
  ).action(async (run: string, from: string[], options: Omit<TrainOptions, "resume">) => {
    const { collectMembers } = await loaded(import("../train-apart.ts"));
    await collectMembers(run, from, options);
  });
  withExamples(collect, [["collect runs/NAME DIR", "after train --resume runs/NAME --member N --into DIR of each member"]]).addHelpText(
    "after",
    `
Exit codes:
  0    done: the run is finished
  1    an internal error
  2    wrong input, or the machine's state (a full disk, no permission)
  75   a member is missing, or it was stopped by a signal: what was collected
       is in the run; start the command again`,
  );
}

function addImportTorch(program: Command): void {
  const command = program.command("import-torch").summary("Import PyTorch checkpoints as a run.");
  command
    .description(
      "Import PyTorch checkpoints (.pth.tar) as a run: of networks that a plugin knows, or of others with a key map of your own.",
    )
    .argument("<path...>", "checkpoints, or folders of them: one per member, in the natural order of their names");
  withConfig(command)
    .option("--config <file>", "configuration file in place of a preset")
    .option("--key-map <file>", "JSON file that maps the keys of another network");
  withBackend(withData(withPlugin(command)))
    .option("--out <dir>", "folder that gets the run's folder (default: runs)")
    .option("--dry-run", "show which weight goes where, and write nothing")
    .option("--json", "events as JSON, one per line; with --dry-run the plan as JSON")
    .action(async (paths: string[], options: ImportTorchOptions) => {
      const { importTorch } = await loaded(import("../import-torch.ts"));
      await importTorch(paths, options);
    });
  withExamples(command, [
    ["import-torch models/ --preset cifar10-sb-bagging-seq --data DIR", "a published ensemble"],
    ["import-torch 0.pth.tar 1.pth.tar --preset cifar10-ab-boost-d-indp --data DIR", "two boosted members"],
    ["import-torch models/ --preset cifar10-sb-bagging-seq --data DIR --dry-run", "which weight goes where"],
    ["import-torch net.pth --key-map map.json --set architecture=resnet20", "a network from another project"],
  ]);
}
