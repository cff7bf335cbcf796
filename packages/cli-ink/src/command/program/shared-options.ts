// Options that several commands share, with the same descriptions.
import { type Command, Option } from "commander";
import { collect, oneOf, split } from "./option-values.ts";

export const CONFIG = "configuration file (default: benn.config.{ts,js,json} of this folder, if there is one)";

/** Options that define the configuration. */
export function withConfig(command: Command): Command {
  return command
    .option("--preset <name>", "start from a preset; benn presets lists them")
    .option("--set <key=value...>", "set keys of the configuration, like architecture.width=0.5");
}

export function withPlugin(command: Command): Command {
  return command.option("--plugin <file-or-package>", "load a plugin (repeatable)", collect);
}

/** Options for the data and the backend of a new run. */
export function withData(command: Command): Command {
  return command.option("--data <dir>", "folder with the data (sets dataset.data)");
}

export function withBackend(command: Command): Command {
  return command.option("--backend <name>", "compute backend, auto for the fastest (sets backend)");
}

export function withParallel(command: Command): Command {
  return command.option("--parallel <n>", "members to train at a time, if none depends on another (sets parallel)");
}

/** Which queue, and how it is reached. */
export function withQueue(command: Command): Command {
  return command
    .option("--on [url]", "the queue, redis://HOST or rediss://HOST; default: BENN_QUEUE_URL")
    .option("--ca <file>", "certificate of the authority that signed the queue's, for rediss://")
    .option("--insecure", "a queue without a password on another machine is what you want");
}

/** Options for the data of an existing run. */
export function withRunData(command: Command): Command {
  return command
    .option("--data <dir>", "folder of the run's data, if they have moved")
    .option("--cache <dir>", "folder the dataset may write to, if experiment.json names one elsewhere");
}

export function withSplit(command: Command): Command {
  return command.option("--on <split>", "images to analyse closely: train, validation or test", split, "test");
}

/** Options that show a run as lines or as a dashboard. */
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

/** The same, with options for the looks of the dashboard. */
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
