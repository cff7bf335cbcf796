import { Argument, type Command } from "commander";
import type { SchemaOf } from "../schema.ts";
import { withExamples } from "./examples.ts";
import { loaded } from "./loaded.ts";
import { withPlugin } from "./shared-options.ts";

interface ListOptions {
  readonly plugin?: string[];
  readonly json?: boolean;
}

/** Commands that list what is available. */
export function addLookUpCommands(program: Command): void {
  addPlugins(program);
  addPresets(program);
  addSchema(program);
}

function addPlugins(program: Command): void {
  const command = program.command("plugins").summary("List architectures, schemes, datasets and all other names.");
  command
    .description("List available architectures, schemes, datasets, metrics and everything else that plugins register.")
    .argument("[name...]", "names to describe in full, with options and defaults");
  withPlugin(command)
    .option("--json", "as JSON, options included")
    .action(async (names: string[], options: ListOptions) => {
      const { listPlugins } = await loaded(import("../plugins.ts"));
      await listPlugins(names, options);
    });
  withExamples(command, [
    ["plugins", "all names"],
    ["plugins nin samme", "options and defaults of these"],
    ["plugins --plugin ./my-boost.ts", "including your own"],
  ]);
}

function addPresets(program: Command): void {
  const command = program.command("presets").summary("List the presets for benn train --preset.");
  command
    .description("List the presets for benn train --preset, or describe some in full.")
    .argument("[name...]", "presets to describe, with their configuration and published results");
  withPlugin(command)
    .option("--json", "as JSON, with their configurations")
    .action(async (names: string[], options: ListOptions) => {
      const { listPresets } = await loaded(import("../list-presets.ts"));
      await listPresets(names, options);
    });
  withExamples(command, [
    ["presets", "all names"],
    ["presets cifar10-sb-bagging-seq", "its configuration and published result"],
    ["presets --plugin ./mine.ts", "including your own"],
  ]);
}

function addSchema(program: Command): void {
  const command = program.command("schema").summary("Print a JSON schema: of the configuration, or of JSON output.");
  command
    .description("Print the JSON schema of the configuration with all registered options, or of what a command prints as JSON.")
    .addArgument(
      new Argument("[of]", "the configuration, or the command whose --json output it describes")
        .choices(["config", "eval", "select", "stability", "compare"])
        .default("config"),
    );
  withPlugin(command).action(async (of: SchemaOf, options: { plugin?: string[] }) => {
    const { printSchema } = await loaded(import("../schema.ts"));
    await printSchema(of, options);
  });
  withExamples(command, [
    ["schema > benn.schema.json", 'then "$schema": "./benn.schema.json" in benn.config.json'],
    ["schema eval", "of benn eval --json"],
    ["schema select", "of benn select --json"],
    ["schema stability", "of benn stability --json"],
    ["schema compare", "of benn compare --json"],
  ]);
}
