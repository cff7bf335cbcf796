import { readFileSync } from "node:fs";
import { Command } from "commander";
import { listWidth } from "../run/wrapped-table.ts";
import { EXIT_HELP } from "./exit-codes.ts";
import { say } from "./print.ts";
import { addCheckCommands } from "./program/check-commands.ts";
import { addCompletionCommands } from "./program/completion-commands.ts";
import { withExamples } from "./program/examples.ts";
import { addJudgeCommands } from "./program/judge-commands.ts";
import { addLookUpCommands } from "./program/look-up-commands.ts";
import { addPluginCommands } from "./program/plugin-commands.ts";
import { addQueueCommands } from "./program/queue-commands.ts";
import { addTrainCommands } from "./program/train-commands.ts";
import { addUseCommands } from "./program/use-commands.ts";

/** The command line. Commands are imported when they run, so that `--help` does not wait for TensorFlow.js. */
export function createProgram(): Command {
  const program: Command = new Command("benn")
    .description("Train, combine, pack and run binary ensemble neural networks.")
    .option("--no-color", "no colours (or set NO_COLOR)")
    .option("--debug", "show stack traces of errors")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    // Lists names only, to leave room for their descriptions: each command's own help shows its arguments.
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => command.name(),
      // Options of `benn runs` itself are none of `benn runs tag`.
      visibleGlobalOptions: (command: Command) => (command.parent === null ? [] : [...program.options]),
    })
    .configureOutput({
      writeErr: say,
      getOutHelpWidth: () => listWidth(),
      getErrHelpWidth: () => listWidth(process.stderr.columns),
      // The same prefix as for every other error.
      outputError: (text, write) => write(text.replace(/^error: /, "benn: ")),
    })
    .exitOverride()
    .showSuggestionAfterError();

  withExamples(program, [
    ["train --preset demo", "a small ensemble on real photographs, in about two minutes"],
    ["train --set scheme=samme members=8 epochs=10", "boosting"],
    ["watch runs/NAME", "attach to a running training, or replay a finished run"],
    ["runs --sort vote", "all runs, the best first"],
    ["eval runs/NAME", "evaluate members and votes"],
    ["export runs/NAME", "pack them into one small file"],
    ["predict NAME.benn photo.png", "and classify pictures with it"],
    ["doctor", "which backends work here, and what the others lack"],
  ]).addHelpText("after", EXIT_HELP);

  program.commandsGroup("Train:");
  addTrainCommands(program);
  program.commandsGroup("Train on many machines:");
  addQueueCommands(program);
  program.commandsGroup("Evaluate:");
  addJudgeCommands(program);
  program.commandsGroup("Use:");
  addUseCommands(program);
  program.commandsGroup("Check:");
  addCheckCommands(program);
  program.commandsGroup("Extend:");
  addPluginCommands(program);
  program.commandsGroup("Look up:");
  addLookUpCommands(program);
  addCompletionCommands(program);
  program.helpCommand("help [command]", "show help of a command");
  return program;
}

function version(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
}
