import { type Command, Option } from "commander";
import { exitHelp } from "../exit-codes.ts";
import type { ExportCommandOptions } from "../export.ts";
import type { PredictCommandOptions } from "../predict.ts";
import { withExamples } from "./examples.ts";
import { loaded } from "./loaded.ts";
import { oneOf, probability, wholeNumber } from "./option-values.ts";
import { withPlugin } from "./shared-options.ts";

/** Commands that pack ensembles and classify pictures with them. */
export function addUseCommands(program: Command): void {
  addExport(program);
  addPredict(program);
  addDemo(program);
}

function addExport(program: Command): void {
  const command = program.command("export").summary("Pack a run into one small .benn file.");
  command
    .description("Pack the trained members of a run into one small .benn file, which runs as XNOR and popcount.")
    .argument("<run>", "run folder")
    .option("--out <file>", "file to write (default: NAME.benn)")
    .option("--voter <name>", "voting rule (default: the run's)");
  withPlugin(command)
    .option("--no-whitening", "leave out the matrix of a whitened dataset (19 MB for CIFAR-10); the model then takes floats only")
    .option("--no-trust", "leave out calibration, which is measured on held-out samples")
    .option("--twin <run>", "run of the same network with real-valued weights; its test accuracy goes into the file")
    .option("--verify", "run the file on every test image and compare its logits with the training graphs'")
    .option("--data <dir>", "folder of the run's data, if they have moved; used for calibration and --verify")
    .option("--cache <dir>", "folder the dataset may write to, if experiment.json names one elsewhere")
    .option("--json", "sizes as JSON")
    .action(async (run: string, options: ExportCommandOptions) => {
      const { exportCommand } = await loaded(import("../export.ts"));
      await exportCommand(run, options);
    });
  withExamples(command, [
    ["export runs/NAME", "write NAME.benn, and list what each layer takes"],
    ["export runs/NAME --out model.benn --voter softmax", "another file, another voting rule"],
    ["export runs/NAME --verify", "check that it computes what the run computed"],
  ]);
}

function addPredict(program: Command): void {
  const command = program.command("predict").summary("Classify pictures with a .benn file.");
  command
    .description("Classify pictures with a .benn file.")
    .argument("<model>", "path or URL of a .benn file")
    .argument("<picture...>", "PNG, JPEG or WebP files, or - for standard input")
    .addOption(oneOf(new Option("--voter <name>", "voting rule (default: the file's)"), ["hard", "soft", "softmax"]))
    .option("--coverage <probability>", "show the set of classes that holds the right one with this probability, like 0.95", probability)
    .option("--anytime", "stop as soon as the remaining members cannot change the class (soft votes can, to the last)")
    .option("--mirror", "average each member's logits over a picture and its mirror image; takes twice the time")
    .option("--json", "as JSON, one line per picture, with each member's vote")
    .action(async (model: string, pictures: string[], options: PredictCommandOptions) => {
      const { predict } = await loaded(import("../predict.ts"));
      await predict(model, pictures, options);
    });
  withExamples(command, [
    ["predict model.benn cat.png dog.jpg", "a table, one row per picture"],
    ["predict model.benn cat.png --coverage 0.95", "with the classes it may be"],
    ["predict model.benn - --json < cat.png", "from standard input, for programs"],
  ]).addHelpText(
    "after",
    exitHelp("nothing was written").replace("an internal error", "a picture that cannot be read, or an internal error"),
  );
}

function addDemo(program: Command): void {
  const demo = program
    .command("demo")
    .description("The page that classifies pictures in a browser.")
    .helpCommand("help [command]", "show help of a command");
  withExamples(demo, [
    ["demo serve my.benn", "show it from this machine"],
    ["demo export site --model my.benn", "write it as static files"],
  ]);
  const site = demo
    .command("export")
    .description("Write the page as a folder of static files, for any web server.")
    .argument("<folder>", "folder to write; created if needed")
    .option("--model <file>", ".benn file to show in place of the built-in one")
    .action(async (folder: string, options: { model?: string }) => {
      const { exportDemo } = await loaded(import("../export-demo.ts"));
      await exportDemo(folder, options);
    });
  withExamples(site, [
    ["demo export site", "the page with its built-in ensemble"],
    ["demo export site --model my.benn", "with your own"],
  ]);
  const serve = demo
    .command("serve")
    .description("Serve the page from this machine, until Ctrl-C.")
    .argument("[model]", ".benn file to show in place of the built-in one")
    .option("--port <n>", "port to listen on (default: any free one)", wholeNumber)
    .action(async (model: string | undefined, options: { port?: number }) => {
      const { serveDemo } = await loaded(import("../serve-demo.ts"));
      await serveDemo(model, options);
    });
  withExamples(serve, [
    ["demo serve my.benn", "then open the address that it prints"],
    ["demo serve --port 8080", "the page with its built-in ensemble, at a fixed port"],
  ]);
}
