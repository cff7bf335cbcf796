import { createProgram } from "@benn/cli-ink/reference";
import { code, prose, table } from "./table.ts";

type Command = ReturnType<typeof createProgram>;

/** Every command with its arguments, options and examples, from the definitions by which the command line is read. */
export function commandsPage(): string {
  const program = createProgram();
  const visible = program.createHelp().visibleCommands(program);
  const all = visible.flatMap((command) => (command.name() === "help" ? [] : [command, ...command.commands]));
  return [
    "# Commands",
    "This page is made from the definitions of the commands. `benn COMMAND --help` prints the same in a terminal.",
    table(
      ["command", "what it does"],
      all.map((command) => [
        `[\`${nameOf(command)}\`](#${nameOf(command).replaceAll(" ", "-")})`,
        prose(command.summary() || command.description()),
      ]),
    ),
    ...all.flatMap(commandSection),
    "## Options of every command",
    optionTable(program),
  ].join("\n\n");
}

function nameOf(command: Command): string {
  const parent = command.parent;
  return parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

function commandSection(command: Command): string[] {
  const examples = helpAfter(command);
  return [
    `## ${nameOf(command)}`,
    prose(command.description()),
    `\`\`\`sh\n${nameOf(command)} ${command.usage()}\n\`\`\``,
    ...(command.registeredArguments.length > 0
      ? [
          table(
            ["argument", "description"],
            command.registeredArguments.map((argument) => [code(argument.name()), prose(argument.description)]),
          ),
        ]
      : []),
    ...(command.options.length > 0 ? [optionTable(command)] : []),
    ...(examples === "" ? [] : [`\`\`\`sh\n${examples}\n\`\`\``]),
  ];
}

function optionTable(command: Command): string {
  return table(
    ["option", "description", "default"],
    command.options
      .filter(({ hidden }) => !hidden)
      .map(({ flags, description, defaultValue }) => [code(flags), prose(description), shown(defaultValue)]),
  );
}

const shown = (value: unknown): string =>
  value === undefined || value === false || (Array.isArray(value) && value.length === 0) ? "" : code(JSON.stringify(value));

/** The examples that follow the options in a command's help. */
function helpAfter(command: Command): string {
  let text = "";
  const output = { writeOut: (part: string) => (text += part), getOutHelpWidth: () => 100, getOutHasColors: () => false };
  command.configureOutput(output);
  command.outputHelp();
  const examples = /\nExamples:\n(.*?)(?:\n\n|\n*$)/s.exec(text)?.[1] ?? "";
  // As a user types it, whatever this program was started by.
  return examples.replaceAll(/^ {2}/gm, "").replaceAll(/^\$ (?:npm run benn --|npx benn|benn)/gm, "benn");
}
