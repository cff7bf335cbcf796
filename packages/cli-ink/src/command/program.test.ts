import { type Command, Help } from "commander";
import { describe, expect, test } from "vitest";
import { exampleLines } from "./program/examples.ts";
import { createProgram } from "./program.ts";

/** A command with all its subcommands, by what the user types. */
function commandsBelow(command: Command, path: string): (readonly [path: string, command: Command])[] {
  return [[path, command] as const, ...visibleBelow(command).flatMap((own) => commandsBelow(own, `${path} ${own.name()}`))];
}

const visibleBelow = (command: Command): Command[] => new Help().visibleCommands(command).filter((own) => own.name() !== "help");

/** The complete help, with examples and exit codes, for a terminal of this width. */
function helpOf(command: Command, width: number): string {
  let text = "";
  // Each command inherits the output configuration of the program, which one of its own would replace.
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => width, getOutHasColors: () => false });
  command.outputHelp();
  return text;
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "" && word !== "\\");
const all = commandsBelow(createProgram(), "benn");

test("the program has all its commands", () => {
  expect(all.length).toBeGreaterThanOrEqual(25);
  expect(all.map(([path]) => path)).toEqual(expect.arrayContaining(["benn", "benn train", "benn runs prune", "benn demo serve"]));
});

describe.each(all)("%s --help", (path, command) => {
  test("fits 80 columns and breaks no word", () => {
    const help = helpOf(command, 80);
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
    // The same words in the same order as without line breaks.
    expect(wordsOf(help)).toEqual(wordsOf(helpOf(command, 10_000)));
  });

  test("says what it does, and every argument and option has a description", () => {
    expect(command.description(), path).toMatch(/^[A-Z].*[.?]$/);
    if (command.summary() !== "") expect(command.summary()).toMatch(/^[A-Z].{10,60}[.?]$/);
    for (const { flags, description } of command.options) expect(description, flags).not.toBe("");
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe("");
  });

  test("has examples of itself that it can read", () => {
    const examples = helpOf(command, 10_000)
      .split("\n")
      .filter((line) => line.startsWith("  $ "));
    expect(examples.length, path).toBeGreaterThan(0);
    for (const example of examples) {
      const [, , ...words] = example.trim().split(" ");
      if (command.parent) expect(example).toContain(` ${path} `.trimEnd());
      for (const word of words
        .filter((word) => word.startsWith("--"))
        .map((word) => word.slice(0, word.includes("=") ? word.indexOf("=") : undefined)))
        expect(optionsFor(words), example).toContain(word);
    }
  });
});

/** Long options of the command that these words select. */
function optionsFor(words: readonly string[]): string[] {
  let command = createProgram();
  for (const word of words) command = command.commands.find((own) => own.name() === word) ?? command;
  return [...command.options, ...createProgram().options].flatMap(({ long }) => long ?? []);
}

test("help of a command lists the options of the program as global, and none of the commands between them", () => {
  for (const [path, command] of all.filter(([name]) => name.startsWith("benn "))) {
    const [, globals = ""] = helpOf(command, 80).split("Global Options:");
    expect(globals, path).toContain("--no-color");
    for (const option of ["--sort", "--filter", "--model"]) expect(globals.split("Examples:")[0], path).not.toContain(option);
  }
});

test("help says what a signal leaves behind, and speaks of itself in the same words everywhere", () => {
  for (const [path, command] of all) {
    const help = helpOf(command, 80);
    if (help.includes("stopped by SIGINT")) expect(help, path).toMatch(/SIGUSR2;\n {7}\S/);
    expect(help, path).not.toMatch(/display help|undefined/);
  }
});

test("a command too long for a line is broken so that a shell takes it as one", () => {
  expect(exampleLines("train --preset demo --set members=4 epochs=10", "small", 40, "npm run benn --")).toEqual([
    "  # small",
    "  $ npm run benn -- train --preset \\",
    "      demo --set members=4 epochs=10",
  ]);
});

/** What invalid arguments print on standard error. */
async function saidOf(...args: string[]): Promise<string> {
  const program = createProgram();
  let text = "";
  for (const [, command] of commandsBelow(program, "benn"))
    command.configureOutput({ ...program.configureOutput(), writeErr: (part) => (text += part) });
  await expect(program.parseAsync(args, { from: "user" })).rejects.toThrow();
  return text;
}

test.each([
  [["trian"], /^benn: unknown command 'trian'\n\(Did you mean train\?\)/],
  [["train", "--presset", "demo"], /^benn: unknown option '--presset'\n\(Did you mean --preset\?\)/],
  [
    ["train", "--ui", "plian"],
    /^benn: option '--ui <kind>' argument 'plian' is invalid\. Did you mean "plain"\? Allowed choices are auto, ink, plain, json\./,
  ],
  [["predict", "m.benn", "a.png", "--voter", "sofmax"], /Did you mean "softmax"\? Allowed choices are hard, soft, softmax\./],
  [["runs", "--sort", "vot"], /Did you mean "vote"\? Allowed choices are name, /],
  [["eval", "runs/a", "--on", "tets"], /Did you mean "test"\? Allowed choices are train, validation, test\./],
  [["bench", "--steps", "none"], /is invalid\. Expected a whole number of at least 1\./],
] as const)("benn %j is refused in a sentence, with the name that was meant", async ([...args], says) => {
  expect(await saidOf(...args)).toMatch(says);
});
