import type { Command } from "commander";
import type { CheckPluginOptions } from "../check-plugin.ts";
import { withExamples } from "./examples.ts";

/** Commands for people who write plugins. */
export function addPluginCommands(program: Command): void {
  addNew(program);
  addCheck(program);
}

function addNew(program: Command): void {
  const command = program.command("new").summary("Start a plugin in a new folder.");
  command
    .description("Start a plugin in a new folder: code that works, its conformance test and a package.json.")
    .argument("<kind>", "scheme, voter, architecture, binarizer, dataset, optimizer, schedule, loss, metric, listener, view or backend")
    .argument("<name>", "name of the plugin and of its folder, two or more words: my-boost")
    .action(async (kind: string, name: string) => {
      const { newPlugin } = await import("../new-plugin.ts");
      newPlugin(kind, name);
    });
  withExamples(command, [
    ["new scheme my-boost", "a boosting scheme in ./my-boost"],
    ["new metric my-metric", "a metric in ./my-metric"],
  ]);
}

function addCheck(program: Command): void {
  const command = program.command("check").summary("Run the conformance tests of a plugin.");
  command
    .description("Run the conformance tests of everything that a plugin registers, without a test runner.")
    .argument("<plugin>", "file, folder or package of the plugin")
    .option("--set <name.option=value...>", "set options of what is checked, like my-data.data=photos")
    .option("--json", "as JSON")
    .action(async (plugin: string, options: CheckPluginOptions) => {
      const { checkPlugin } = await import("../check-plugin.ts");
      await checkPlugin(plugin, options);
    });
  withExamples(command, [
    ["check ./my-boost", "every rule that it breaks, and how"],
    ["check ./my-data --set my-data.data=photos", "with an option that it needs"],
  ]);
}
