import { readFileSync } from "node:fs";
import type { SplitName } from "@benn/core";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { BenchOptions } from "./bench.ts";
import { commandName } from "./command-name.ts";
import type { CompareOptions } from "./compare.ts";
import type { EvalOptions } from "./eval.ts";
import { EXIT_HELP, exitHelp } from "./exit-codes.ts";
import type { FsckOptions } from "./fsck.ts";
import type { ImportTorchOptions } from "./import-torch.ts";
import { printableLines } from "./print.ts";
import type { ReportOptions } from "./report.ts";
import type { PruneOptions, RunsOptions } from "./runs.ts";
import type { SchemaOf } from "./schema.ts";
import type { SelectOptions } from "./select.ts";
import type { StabilityOptions } from "./stability.ts";
import type { TrainOptions } from "./train-options.ts";
import type { VerifyOptions } from "./verify.ts";
import type { WorkerCommandOptions } from "./worker.ts";
import type { WatchOptions } from "./watch.ts";

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/**
 * The command line. Commands are imported when they run, so that `--help` does not wait for TensorFlow.js.
 */
export function createProgram(): Command {
  const benn = commandName();
  const program = new Command("benn")
    .description("Train, vote and run binary ensemble neural networks.")
    .option("--no-color", "no colours (NO_COLOR does the same)")
    .option("--debug", "show stacks of errors")
    .version(version(), "-V, --version", "print the version")
    // Names alone, so that their descriptions have room: each command's own help shows how it is called.
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
    .configureOutput({ writeErr: (text) => void process.stderr.write(printableLines(text)) })
    .exitOverride()
    .showSuggestionAfterError();

  const examples = (command: Command, lines: readonly (readonly [string, string])[]): Command => {
    return command.addHelpText("after", () => `\nExamples:\n${lines.map(([args, does]) => `  # ${does}\n  $ ${benn} ${args}`).join("\n")}`);
  };

  examples(program, [
    ["train --preset demo", "a small ensemble on real photographs, in minutes"],
    ["train --set scheme=samme members=8 epochs=10", "boosting"],
    ["watch runs/NAME", "attach to a run, or replay it"],
    ["runs --sort vote", "which runs there are"],
    ["eval runs/NAME", "judge its members and their votes"],
    ["stability runs/NAME", "how far its answers move under noise"],
    ["compare", "more bits per network, or more networks per bit?"],
    ["select runs/NAME", "choose its best members"],
    ["export runs/NAME", "pack them into one small file"],
    ["bench --backend auto", "how fast a network trains here"],
  ]).addHelpText("after", EXIT_HELP);

  examples(
    withLooks(
      program
        .command("train")
        .description("Train an ensemble.")
        .argument("[config]", "configuration file; without it benn.config.{ts,js,json} of this folder, if there is one")
        .option("--preset <name>", 'start from a preset ("benn presets" lists them)')
        .option("--set <key=value...>", "set keys of the configuration, nested ones too")
        .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
        .option("--data <dir>", "folder with the data (the same as --set dataset.data=DIR)")
        .option("--backend <name>", "what computes (the same as --set backend=NAME); auto: the fastest here")
        .option("--parallel <n>", "members trained side by side, where none depends on another (the same as --set parallel=N)")
        .option("--out <dir>", "folder in which the run's folder is made (default: runs)")
        .option("--resume <run>", "go on with an interrupted run")
        .option("--take-over", "resume it although another process, on another machine perhaps, seems to train it")
        .option("--dry-run", "show the configuration, layers, sizes and times, and train nothing")
        .option("--on [url]", 'train on the workers of a queue ("benn worker"): redis://HOST; default: BENN_QUEUE_URL')
        .option("--store <place>", "what weights go by, with --on: a folder that all see, or s3://BUCKET")
        .option("--class <name>", "machines of another class than this one's, with --on")
        .option("--prepare", "make the run's folder and train nothing: for --member")
        .option("--member <n>", "train this member alone, from 0, of the run that --resume names", memberNumber)
        .option("--into <dir>", 'folder for members trained alone, which "benn collect" takes into the run'),
    ).action(async (file: string | undefined, options: Omit<TrainOptions, "file">) => {
      const { train } = await import("./train.ts");
      await train({ ...options, ...(file === undefined ? {} : { file }) });
    }),
    [
      ["train --preset demo", "a small ensemble on the built-in photographs"],
      ["train --set members=4 epochs=10 architecture.width=0.25", "settings"],
      ["train --set scheme=samme scheme.shrinkage=0.5", "a boosting scheme and its option"],
      ["train my.config.ts --data ~/cifar-10-batches-bin", "a configuration file, the full data"],
      ["train --plugin ./my-boost.ts --set scheme=my-boost", "your own scheme"],
      ["train --preset cifar10-sb-bagging-seq --data DIR --dry-run", "what would be done"],
      ["train --resume runs/NAME", "go on where it stopped"],
      ["train --resume runs/NAME --member 3 --into DIR", "one member, as a scheduler's task: docs/clusters.md"],
    ],
  ).addHelpText("after", EXIT_HELP);

  examples(
    program
      .command("worker")
      .description("Train members of the runs that others start with benn train --on, until it is stopped: docs/queue.md.")
      .option("--on [url]", "the queue: redis://HOST, or rediss://HOST; default: BENN_QUEUE_URL")
      .option("--store <place>", "what weights go by: the folder or s3://BUCKET that the runs name")
      .option("--data <dir>", "where the data are here (the same as --set dataset.data=DIR)")
      .option("--backend <name>", "what computes; members of other backends are left to others")
      .option("--parallel <n>", "members trained side by side", wholeNumber, 1)
      .option("--set <key=value...>", "options of backend and dataset that hold for this machine")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--name <name>", "of this worker, for people (default: host and process)")
      .option("--once", "end when a member is done")
      .option("--json", "what happens as JSON, one a line")
      .action(async (options: WorkerCommandOptions) => {
        const { work } = await import("./worker.ts");
        await work(options);
      }),
    [
      ["worker --on redis://HOST --data DIR", "on every machine, as often as you like"],
      ["worker --on redis://HOST --set backend.simd=plain", "where machines differ, on all of them"],
    ],
  ).addHelpText("after", exitHelp("members on their way saved, and go back to the queue"));

  examples(
    program
      .command("collect")
      .description("Take members that were trained alone into their run, which judges and votes with them: docs/clusters.md.")
      .argument("<run>", "run folder")
      .argument("<dir...>", "folders that members were trained into, by benn train --into")
      .option("--data <dir>", "where the run's data are now")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--take-over", "although another process, on another machine perhaps, seems to train the run")
      .addOption(uiOption())
      .option("--timestamps", "begin plain lines with the time")
      .action(async (run: string, from: string[], options: Omit<TrainOptions, "resume">) => {
        const { collectMembers } = await import("./train-apart.ts");
        await collectMembers(run, from, options);
      }),
    [["collect runs/NAME DIR", "after train --resume runs/NAME --member N --into DIR of each"]],
  ).addHelpText(
    "after",
    `
Exit codes:
  0    done: the run is finished
  1    a fault of the program
  2    a mistake of yours, or the machine's state (a full disk, no permission)
  75   a member is missing, or it was stopped by a signal: what was collected
       is in the run; start the command again`,
  );

  examples(
    program
      .command("eval")
      .description("Judge the trained members of a run and their votes: accuracy, classes, diversity, calibration, risk.")
      .argument("<run>", "run folder")
      .option("--on <split>", "images to look at the vote closely on: train, validation or test", split, "test")
      .option("--splits <list>", "images to measure on, with commas (default: train,validation,test)", splitList)
      .option("--all", "whole tables, however long")
      .option("--again", "run every member again, and say whether it gives what was stored when it was trained")
      .option("--mirror", "let each member vote by the mean of its logits of an image and of its mirror image: runs it again, twice")
      .option("--data <dir>", "other data of the same kind")
      .option("--cache <dir>", "folder that the dataset may write to, where experiment.json names one elsewhere")
      .option("--backend <name>", "what computes, where something has to be computed")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON, with everything: docs/eval.md")
      .action(async (run: string, options: EvalOptions) => {
        const { evaluate } = await import("./eval.ts");
        await evaluate(run, options);
      }),
    [
      ["eval runs/NAME", "the answer, then what it rests on"],
      ["eval runs/NAME --on validation", "without a look at the test images"],
      ["eval runs/NAME --mirror", "with the mirror image of each image"],
      ["eval runs/NAME --json", "everything, for programs"],
    ],
  ).addHelpText("after", exitHelp("it writes nothing"));

  examples(
    program
      .command("stability")
      .description(
        "Measure how far the answers of a run move under noise on weights, activations and images, for votes of 1, 2, … members; of several runs that differ by seed, also how much a retraining changes.",
      )
      .argument("<run...>", "run folder; then those of other trainings, which differ by seed alone, to compare with")
      .option("--weights <shares>", "shares of the bits of weights to flip, with commas; or none", "1%,2%,5%")
      .option("--activations <shares>", "shares of the bits of activations to flip; or none", "1%,2%,5%")
      .option(
        "--images <deviations>",
        "of normal noise on pictures as the network gets them, or with px in pixel values; or none",
        "0.1,0.2,0.4",
      )
      .option("--draws <n>", "of each noise, which intervals are over", wholeNumber, 8)
      .option("--rows <n>", "test images to measure noise on, drawn if there are more", wholeNumber, 500)
      .option("--seed <n>", "of rows, noise and intervals", seed, 0)
      .option("--voter <name>", "how the members vote (default: as in the run)")
      .option("--keep", "write it into the run folder as stability.json: benn report then has a section of it")
      .option("--all", "whole tables, however wide")
      .option("--data <dir>", "where the run's data are now")
      .option("--cache <dir>", "folder that the dataset may write to, where experiment.json names one elsewhere")
      .option("--backend <name>", "what computes (default: the run's)")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON, with everything: docs/stability.md")
      .action(async (runs: string[], options: StabilityOptions) => {
        const { stability } = await import("./stability.ts");
        await stability(runs, options);
      }),
    [
      ["stability runs/NAME", "noise of three kinds, at three levels each"],
      ["stability runs/NAME --weights 0.1%,1%,10% --activations none --images 8px", "levels of your own"],
      ["stability runs/SEED-0 runs/SEED-1 runs/SEED-2", "and what a retraining changes"],
      ["stability runs/NAME --keep", "for benn report"],
    ],
  );

  examples(
    program
      .command("report")
      .description(
        "Write a run as one HTML file: what its vote reaches, what is suspicious, charts, images, and what made it. docs/report.md describes it.",
      )
      .argument("<run...>", "run folders; of several their curves are laid over one another, and what differs is listed")
      .option("--out <file>", "file to write (default: NAME.html)")
      .option("--on <split>", "images to look at the vote closely on: train, validation or test", split, "test")
      .option("--twin <run>", "run of the same network with real-valued weights, to compare with")
      .option("--preset <name>", "recipe to hold the configuration against (default: the nearest)")
      .option("--no-time", "do not measure the packed runtime: the same run then gives the same bytes")
      .option("--data <dir>", "where the run's data are now")
      .option("--cache <dir>", "folder that the dataset may write to, where experiment.json names one elsewhere")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "print path and size as JSON")
      .action(async (runs: string[], options: ReportOptions) => {
        const { report } = await import("./report.ts");
        await report(runs, options);
      }),
    [
      ["report runs/NAME", "NAME.html, to open from disk"],
      ["report runs/NAME --twin runs/REAL", "beside its real-valued twin"],
      ["report runs/ONE runs/OTHER --out both.html", "two runs, one over the other"],
    ],
  ).addHelpText("after", exitHelp("nothing was written"));

  examples(
    program
      .command("select")
      .description("Choose members of runs on the same data by their votes on validation images, and write them as a run.")
      .argument("<run...>", "run folders")
      .option("--budget <cost>", "what the packed ensemble may cost: 300kB of its file, or 2ms for an image here")
      .option("--voter <name>", "how the members vote (default: as in the first run)")
      .option("--metric <name>", "what the vote is chosen by (default: the first run's first one)")
      .option("--bags <n>", "selections that are added up, each from a part of the members; 1: a single one from all", wholeNumber, 20)
      .option("--share <part>", "of the members, which a bag chooses from (default: half, and eight at least)", partOfOne)
      .option("--steps <n>", "that a bag takes; how many count is chosen", wholeNumber, 50)
      .option("--seed <n>", "of the bags and intervals", seed, 0)
      .option("--on <split>", "images to choose on: validation, and no others", split, "validation")
      .option("--name <name>", "of the run to write (default: that of the first run, and -selected)")
      .option("--out <dir>", "folder in which the run's folder is made", "runs")
      .option("--dry-run", "show the curve and the choice, and write nothing")
      .option("--all", "the whole curve, however long")
      .option("--no-whitening", "reckon without the matrix of a whitened dataset, as export does with the same option")
      .option("--data <dir>", "where the runs' data are now")
      .option("--cache <dir>", "folder that the dataset may write to, where experiment.json names one elsewhere")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON: docs/select.md")
      .action(async (runs: string[], options: SelectOptions) => {
        const { select } = await import("./select.ts");
        await select(runs, options);
      }),
    [
      ["select runs/NAME", "the members of a run whose vote is best on validation images"],
      ["select runs/A runs/B --budget 300kB", "of two runs, in a file of 300 kB at most"],
      ["select runs/A runs/B --budget 2ms --dry-run", "what 2 ms for an image would buy"],
    ],
  ).addHelpText("after", exitHelp("no run was written"));

  examples(
    program
      .command("compare")
      .description(
        "More bits per network, or more networks per bit? Train ensembles of 1-bit nets, nets of more bits and the real-valued twin of an architecture, and set them side by side at equal bytes, bit operations and milliseconds.",
      )
      .argument("[plan]", "file that says what is compared: docs/compare.md; without it a small form on the built-in sample")
      .option("--preset <name>", 'train as a preset does ("benn presets" lists them)')
      .option("--set <key=value...>", "set keys of the configuration of training, nested ones too")
      .option("--members <n>", "1-bit nets of the largest ensemble (default: 4)", wholeNumber)
      .option("--bits <list>", "of weights and activations of the other nets, 2 to 8, with commas; or none (default: 2,4)", bitList)
      .option("--quantizer <name>", "binarizer of those nets (default: lsq)")
      .option("--seeds <list>", "two at least, with commas (default: 0,1,2)", seedList)
      .option("--name <name>", "that the names of run folders begin with")
      .option("--out <dir>", "folder in which run folders are made; those that are there already are taken", "runs")
      .option("--from <dir>", "another folder to take runs from; may be repeated", collect)
      .option("--report <file>", "write it as an HTML page too")
      .option("--no-time", "measure no milliseconds: the same runs then give the same bytes")
      .option("--dry-run", "list the runs, and train nothing")
      .option("--all", "whole tables, however long")
      .option("--data <dir>", "folder with the data (the same as --set dataset.data=DIR)")
      .option("--backend <name>", "what computes (the same as --set backend=NAME)")
      .option("--parallel <n>", "members trained side by side (the same as --set parallel=N)")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON, with everything: docs/compare.md")
      .action(async (file: string | undefined, options: Omit<CompareOptions, "file">) => {
        const { compare } = await import("./compare.ts");
        await compare({ ...options, ...(file === undefined ? {} : { file }) });
      }),
    [
      ["compare", "a small form on the built-in photographs, in minutes"],
      ["compare --members 8 --bits 2,3,4 --report compare.html", "more of it, and a page"],
      ["compare --set architecture=resnet20 architecture.width=0.5 --seeds 0,1", "another net"],
      ["compare results/compare/nin-half.json --data DIR", "the form for all of CIFAR-10"],
    ],
  ).addHelpText("after", "\nStopped or killed, it keeps what is trained; the same command goes on.");

  examples(
    program
      .command("export")
      .description("Pack the trained members of a run into one small .benn file, which runs as XNOR and popcount.")
      .argument("<run>", "run folder")
      .option("--out <file>", "file to write (default: NAME.benn)")
      .option("--voter <name>", "how the members vote, one of those that are registered (default: as in the run)")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--no-whitening", "leave out the matrix of a whitened dataset (19 MB for CIFAR-10); the model then takes floats only")
      .option("--no-trust", "leave out what its votes can be trusted for, which is found by running it on the held-out rows")
      .option("--twin <run>", "run of a net with real-valued weights, whose test accuracy the file names beside its own")
      .option("--verify", "run the file on every test image and compare its logits with those of the training graphs")
      .option("--data <dir>", "where the run's data are now, for held-out rows and --verify; without either an export needs none")
      .option("--cache <dir>", "folder that the dataset may write to, where experiment.json names one elsewhere")
      .option("--json", "sizes as JSON")
      .action(
        async (
          run: string,
          options: {
            out?: string;
            voter?: string;
            plugin?: string[];
            whitening: boolean;
            trust: boolean;
            twin?: string;
            verify?: boolean;
            data?: string;
            cache?: string;
            json?: boolean;
          },
        ) => {
          const { exportCommand } = await import("./export.ts");
          await exportCommand(run, options);
        },
      ),
    [
      ["export runs/NAME", "NAME.benn, and what each layer takes in it"],
      ["export runs/NAME --out model.benn --voter softmax", "another place, another vote"],
      ["export runs/NAME --verify", "and see that it computes what the run computed"],
    ],
  );

  examples(
    program
      .command("predict")
      .description("Classify pictures with a .benn file.")
      .argument("<model>", ".benn file, or its address")
      .argument("<picture...>", "PNG, JPEG or WebP files, or - for standard input")
      .addOption(new Option("--voter <name>", "how the members vote").choices(["hard", "soft", "softmax"]))
      .option("--coverage <probability>", "show the set of classes that holds the right one with this probability, like 0.95", probability)
      .option("--anytime", "stop as soon as the members left cannot change the class, or of a soft vote hardly ever do")
      .option("--mirror", "let each member vote by the mean of its logits of a picture and of its mirror image: twice the time")
      .option("--json", "as JSON, a line a picture, with each member's vote")
      .action(
        async (
          model: string,
          pictures: string[],
          options: { voter?: "hard" | "soft" | "softmax"; coverage?: number; anytime?: boolean; mirror?: boolean; json?: boolean },
        ) => {
          const { predict } = await import("./predict.ts");
          await predict(model, pictures, options);
        },
      ),
    [
      ["predict model.benn cat.png dog.jpg", "a table"],
      ["predict model.benn cat.png --coverage 0.95", "and the classes that it may be"],
      ["predict model.benn - --json < cat.png", "from standard input, for programs"],
    ],
  ).addHelpText(
    "after",
    exitHelp("it writes nothing").replace("a fault of the program", "a picture that cannot be read, or a fault of the program"),
  );

  examples(
    program
      .command("bench")
      .description("Measure how fast a network trains and evaluates here, or where the time of a step goes. Reads no data, writes nothing.")
      .argument("[config]", "configuration file; without it benn.config.{ts,js,json} of this folder, if there is one")
      .option("--preset <name>", 'start from a preset ("benn presets" lists them)')
      .option("--set <key=value...>", "set keys of the configuration, nested ones too")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--backend <name>", "what computes (the same as --set backend=NAME); auto: the fastest here")
      .option("--threads <n>", "that share the work (the same as --set backend.threads=N)", wholeNumber)
      .option("--member <n>", "which one of the ensemble", wholeNumber, 1)
      .option("--forward", "evaluation alone")
      .option("--profile", "where the time of a training step goes (with --forward: of evaluation), kernel by kernel")
      .option("--steps <n>", "to take the mean of (default: two seconds of them; with --profile 5)", wholeNumber)
      .option("--rounds <n>", "to take the median of", wholeNumber, 5)
      .option("--rows <n>", "of the profile to print", wholeNumber, 25)
      .option("--json", "as JSON, all rows of a profile")
      .action(async (file: string | undefined, options: Omit<BenchOptions, "file">) => {
        const { bench } = await import("./bench.ts");
        await bench({ ...options, ...(file === undefined ? {} : { file }) });
      }),
    [
      ["bench", "images a second of the default network"],
      ["bench --set architecture=resnet20 batchSize=64 --json", "of another one, for programs"],
      ["bench --preset cifar10-ab-boost-d-indp --threads 1", "of a recipe, on one thread"],
      ["bench --profile", "where the time of a training step goes"],
      ["bench --profile --forward --backend webgpu", "where that of evaluation on the GPU goes"],
    ],
  );

  const demo = program.command("demo").description("The page that classifies pictures in a browser.");
  examples(
    demo
      .command("export")
      .description("Write the page as a folder of static files, for any web server.")
      .argument("<folder>", "folder to write, made if need be")
      .option("--model <file>", ".benn file to show instead of the one that comes with it")
      .action(async (folder: string, options: { model?: string }) => {
        const { exportDemo } = await import("./export-demo.ts");
        await exportDemo(folder, options);
      }),
    [
      ["demo export site", "the page with its own ensemble"],
      ["demo export site --model my.benn", "with yours"],
    ],
  );
  examples(
    demo
      .command("serve")
      .description("Show the page from this machine, until Ctrl-C.")
      .argument("[model]", ".benn file to show instead of the one that comes with it")
      .option("--port <n>", "to listen on; any that is free if not given", wholeNumber)
      .action(async (model: string | undefined, options: { port?: number }) => {
        const { serveDemo } = await import("./serve-demo.ts");
        await serveDemo(model, options);
      }),
    [
      ["demo serve my.benn", "open the address that it prints"],
      ["demo serve --port 8080", "the page with its own ensemble, at a port of your choice"],
    ],
  );

  examples(
    withLooks(
      program
        .command("watch")
        .description("Attach to a running training, replay a finished run, or compare several: docs/dashboard.md.")
        .argument("<run...>", "run folders; of several the curves are laid over one another, and what differs is listed")
        .option("--speed <times>", "playback speed (20: 20 times real time); default: the end of the run", Number)
        .option("--data <dir>", "where the run's data are now, for the views of votes, classes and weights")
        .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect),
    ).action(async (runs: string[], options: WatchOptions) => {
      const { watch } = await import("./watch.ts");
      await watch(runs, options);
    }),
    [
      ["watch runs/NAME", "attach, or show how it ended; space replays it"],
      ["watch runs/NAME --speed 20", "replay it twenty times as fast"],
      ["watch runs/ONE runs/OTHER", "two runs, their curves and settings"],
    ],
  );

  const runs = examples(
    program
      .command("runs")
      .description("List runs with their votes; tag, annotate and delete them.")
      .argument("[folder...]", "folders with runs, or runs (default: runs)")
      .option("--sort <column>", "name, began, vote, members, size or status", "began")
      .option(
        "--filter <words...>",
        "words all to be found in name, state, network, scheme, data, tags or note; tag:x, key=value, vote>0.5",
      )
      .option("--json", "as JSON, with the configurations")
      .action(async (folders: string[], options: RunsOptions) => {
        const { listRuns } = await import("./runs.ts");
        await listRuns(folders, options);
      }),
    [
      ["runs", "the newest first"],
      ["runs --sort vote --filter samme vote>0.5", "boosting that votes well, the best first"],
      ["runs tag runs/NAME good -draft", "a tag more, and one less"],
      ["runs note runs/NAME learning rate too high", "a note"],
      ["runs prune --state interrupted --older-than 30", "what this would delete; with --yes it does"],
    ],
  );
  runs.enablePositionalOptions(); // its commands have options of the same names
  runs
    .command("tag")
    .description("Add tags to a run; a minus before a tag takes it away. Without tags it shows them.")
    .argument("<run>", "run folder")
    .argument("[tag...]", 'tags; runs tagged "keep" are never pruned')
    .option("--json", "as JSON")
    .allowUnknownOption()
    .action(async (run: string, tags: string[], options: { json?: boolean }) => {
      const { tagRun } = await import("./runs.ts");
      await tagRun(run, tags, options);
    });
  runs
    .command("note")
    .description('Write a note on a run; "" takes it away. Without a text it shows the note.')
    .argument("<run>", "run folder")
    .argument("[text...]", "the note")
    .option("--json", "as JSON")
    .action(async (run: string, text: string[], options: { json?: boolean }) => {
      const { noteRun } = await import("./runs.ts");
      await noteRun(run, text, options);
    });
  runs
    .command("prune")
    .description("Delete runs; without --yes it only shows which. Runs in training stay, and those tagged keep.")
    .argument("[folder...]", "folders with runs (default: runs)")
    .option("--filter <words...>", "as of benn runs")
    .addOption(new Option("--state <state>", "only runs of this state").choices(["finished", "stopped early", "interrupted", "damaged"]))
    .option("--older-than <days>", "only runs that ended so long ago", wholeNumber)
    .option("--keep-best <n>", "keep the n runs with the best votes", wholeNumber)
    .option("--yes", "delete them")
    .option("--json", "as JSON")
    .action(async (folders: string[], options: PruneOptions) => {
      const { pruneRuns } = await import("./runs.ts");
      await pruneRuns(folders, options);
    });

  examples(
    program
      .command("import-torch")
      .description("Make a run of PyTorch checkpoints (.pth.tar): of networks whose key map a plugin knows, or by a key map of your own.")
      .argument("<path...>", "checkpoints or folders of them, one a member, in the natural order of their names")
      .option("--preset <name>", 'the recipe they were trained by ("benn presets" lists them)')
      .option("--config <file>", "a configuration file in place of a preset")
      .option("--set <key=value...>", "set keys of the configuration, nested ones too")
      .option("--key-map <file>", "JSON that maps the keys of another network")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--data <dir>", "folder with the data they were trained on (the same as --set dataset.data=DIR)")
      .option("--backend <name>", "what computes (the same as --set backend=NAME)")
      .option("--out <dir>", "folder in which the run's folder is made (default: runs)")
      .option("--dry-run", "show which weight goes where, and write nothing")
      .option("--json", "events as JSON, one a line; with --dry-run the plan as JSON")
      .action(async (paths: string[], options: ImportTorchOptions) => {
        const { importTorch } = await import("./import-torch.ts");
        await importTorch(paths, options);
      }),
    [
      ["import-torch models/ --preset cifar10-sb-bagging-seq --data DIR", "a published ensemble"],
      ["import-torch 0.pth.tar 1.pth.tar --preset cifar10-ab-boost-d-indp --data DIR", "two boosted members"],
      ["import-torch models/ --preset cifar10-sb-bagging-seq --data DIR --dry-run", "which weight goes where"],
      ["import-torch net.pth --key-map map.json --set architecture=resnet20", "another network"],
    ],
  );

  examples(
    program
      .command("plugins")
      .description("List everything that plugins register: architectures, datasets, schemes, metrics and the rest.")
      .argument("[name...]", "names to tell of, with options and defaults")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON, options included")
      .action(async (names: string[], options: { plugin?: string[]; json?: boolean }) => {
        const { listPlugins } = await import("./plugins.ts");
        await listPlugins(names, options);
      }),
    [
      ["plugins", "all names"],
      ["plugins nin samme", "options and defaults of these"],
      ["plugins --plugin ./my-boost.ts", "with one of your own"],
    ],
  );

  examples(
    program
      .command("fsck")
      .description("Check the files of a run against their checksums and lengths. Exit code 0: whole; 1: damaged.")
      .argument("<run>", "run folder")
      .option("--mend", "compute again what follows from the rest: logits from weights, the log from the members")
      .option("--data <dir>", "the run's data, where they have moved")
      .option("--cache <dir>", "folder that the dataset may write to, where experiment.json names one elsewhere")
      .option("--backend <name>", "what computes logits again (default: the run's)")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--take-over", "mend it although another process seems to have it open")
      .option("--json", "as JSON")
      .action(async (run: string, options: FsckOptions) => {
        const { fsck } = await import("./fsck.ts");
        await fsck(run, options);
      }),
    [
      ["fsck runs/NAME", "what is whole and what is damaged"],
      ["fsck runs/NAME --mend", "and mend what can be computed again"],
    ],
  );

  examples(
    program
      .command("verify")
      .description("Train a run again, in a temporary folder, and compare every byte with its records. Exit code 0: the same; 1: not.")
      .argument("<run>", "run folder, or one of a published result: weights and logits need not be there")
      .option("--whole", "from the beginning, even if a checkpoint is stored to take it up from")
      .option("--members <n>", "only the first ones", wholeNumber)
      .option("--data <dir>", "where the run's data are now")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON")
      .action(async (run: string, options: VerifyOptions) => {
        const { verify } = await import("./verify.ts");
        await verify(run, options);
      }),
    [
      ["verify results/NAME --data DIR", "its first member's last epoch, from a stored checkpoint; else all of it"],
      ["verify runs/NAME --members 1", "the first member of a run of yours"],
    ],
  );

  examples(
    program
      .command("doctor")
      .description("Try every backend here, and show how fast it trains or what it lacks; then machine, data and plugins.")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON")
      .action(async (options: { plugin?: string[]; json?: boolean }) => {
        const { doctor } = await import("./doctor.ts");
        await doctor(options);
      }),
    [["doctor", "what trains here, and the command that gets what is missing"]],
  );

  examples(
    program
      .command("schema")
      .description(
        "Print the JSON schema of the configuration, options of everything registered included, or of what a command prints as JSON.",
      )
      .addArgument(
        new Argument("[of]", "the configuration, or what --json of a command prints")
          .choices(["config", "eval", "select", "stability", "compare"])
          .default("config"),
      )
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .action(async (of: SchemaOf, options: { plugin?: string[] }) => {
        const { printSchema } = await import("./schema.ts");
        await printSchema(of, options);
      }),
    [
      ["schema > benn.schema.json", 'then "$schema": "./benn.schema.json" in benn.config.json'],
      ["schema eval", "of benn eval --json"],
      ["schema select", "of benn select --json"],
      ["schema stability", "of benn stability --json"],
      ["schema compare", "of benn compare --json"],
    ],
  );

  examples(
    program
      .command("presets")
      .description("List the presets.")
      .option("--plugin <file-or-package>", "load a plugin; may be repeated", collect)
      .option("--json", "as JSON, with their configurations")
      .action(async (options: { plugin?: string[]; json?: boolean }) => {
        const { listPresets } = await import("./list-presets.ts");
        await listPresets(options);
      }),
    [
      ["presets", "names, and what they train"],
      ["presets --plugin ./mine.ts", "with those of your own"],
    ],
  );
  return program;
}

const SPLITS = ["train", "validation", "test"] as const;

function split(text: string): SplitName {
  const known = SPLITS.find((name) => name === text);
  if (!known) throw new InvalidArgumentError(`Allowed choices are ${SPLITS.join(", ")}.`);
  return known;
}

function splitList(text: string): SplitName[] {
  return text.split(",").map((name) => split(name.trim()));
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("It is not a whole number from 1 on.");
  return value;
}

function memberNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError("It is not a whole number from 0 on.");
  return value;
}

function probability(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("It is not a probability above 0 and below 1, like 0.95.");
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new InvalidArgumentError("It is not a whole number from 0 to 4294967295.");
  return value;
}

function seedList(text: string): number[] {
  return text.split(",").map((word) => seed(word.trim()));
}

function bitList(text: string): number[] {
  if (text.trim() === "none") return [];
  return text.split(",").map((word) => {
    const value = Number(word);
    if (!Number.isInteger(value) || value < 2 || value > 8)
      throw new InvalidArgumentError("They are not whole numbers from 2 to 8, like 2,4.");
    return value;
  });
}

function partOfOne(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("It is not a number above 0 and at most 1.");
  return value;
}

/** How a run is shown. */
function withLooks(command: Command): Command {
  return command
    .addOption(uiOption())
    .option("--timestamps", "begin plain lines with the time")
    .addOption(
      new Option("--theme <name>", "colours of the dashboard; auto: by the terminal's background")
        .choices(["auto", "dark", "light", "colour-blind"])
        .default("auto"),
    )
    .addOption(
      new Option("--pictures <how>", "how images are drawn; auto: as the terminal says that it can")
        .choices(["auto", "blocks", "kitty", "iterm2", "sixel"])
        .default("auto"),
    )
    .option("--ascii", "draw the dashboard in ASCII")
    .option("--screen-reader", "words for signs and charts on the dashboard (INK_SCREEN_READER=true does the same)");
}

function uiOption(): Option {
  return new Option("--ui <kind>", "dashboard, plain lines or JSON events; auto: the dashboard if there is a terminal")
    .choices(["auto", "ink", "plain", "json"])
    .default("auto");
}

function version(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
}
