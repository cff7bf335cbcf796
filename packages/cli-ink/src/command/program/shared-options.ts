// Options that several commands share, in the same words.
import { type Command, Option } from "commander";
import { collect, oneOf, split } from "./option-values.ts";

export const CONFIG = "configuration file (default: benn.config.{ts,js,json} of this folder, if there is one)";

/** How a configuration is put together. */
export function withConfig(command: Command): Command {
  return command
    .option("--preset <name>", "start from a preset; benn presets lists them")
    .option("--set <key=value...>", "set keys of the configuration, like architecture.width=0.5");
}

export function withPlugin(command: Command): Command {
  return command.option("--plugin <file-or-package>", "load a plugin (repeatable)", collect);
}

/** What a new run trains on, and with what. */
export function withData(command: Command): Command {
  return command.option("--data <dir>", "folder with the data (sets dataset.data)");
}

export function withBackend(command: Command): Command {
  return command.option("--backend <name>", "compute backend, auto for the fastest (sets backend)");
}

export function withParallel(command: Command): Command {
  return command.option("--parallel <n>", "members to train at a time, if none depends on another (sets parallel)");
}

/** Where the data of a run are that is opened again. */
export function withRunData(command: Command): Command {
  return command
    .option("--data <dir>", "folder of the run's data, if they have moved")
    .option("--cache <dir>", "folder the dataset may write to, if experiment.json names one elsewhere");
}

export function withSplit(command: Command): Command {
  return command.option("--on <split>", "images to analyse closely: train, validation or test", split, "test");
}

/** How a run is shown, as lines or as a dashboard. */
export function withUi(command: Command): Command {
  return command
    .addOption(
      oneOf(new Option("--ui <kind>", "dashboard, plain lines or JSON events; auto: the dashboard in a terminal"), [
        "auto",
        "ink",
        "plain",
        "json",
      ]).default("auto"),
    )
    .option("--timestamps", "start plain lines with the time");
}

/** The same, and how the dashboard looks. */
export function withLooks(command: Command): Command {
  return withUi(command)
    .addOption(
      oneOf(new Option("--theme <name>", "colours of the dashboard; auto: by the terminal's background"), [
        "auto",
        "dark",
        "light",
        "colour-blind",
      ]).default("auto"),
    )
    .addOption(
      oneOf(new Option("--pictures <how>", "how images are drawn; auto: by what the terminal says it can do"), [
        "auto",
        "blocks",
        "kitty",
        "iterm2",
        "sixel",
      ]).default("auto"),
    )
    .option("--ascii", "draw the dashboard in ASCII")
    .option("--screen-reader", "words in place of symbols and charts (or set INK_SCREEN_READER=true)");
}
