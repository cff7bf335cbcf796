import { type Argument, type Command, Help, type Option } from "commander";
import type { KnownName, KnownNames } from "./known-names.ts";

/** What may be typed next. */
export interface Completion {
  readonly values: readonly KnownName[];
  /** Whether the shell offers files if no value matches. */
  readonly files: boolean;
  /** Whether the word continues after the value: `architecture=`. */
  readonly open: boolean;
}

export interface CompletionSources {
  names(): Promise<KnownNames>;
  /** Run folders whose paths start with this text. */
  runs(typed: string): readonly string[];
}

/** The meaning of a value, by the names of options and arguments. */
const CONTRACT_OF: Readonly<Record<string, string>> = { backend: "backend", voter: "voter", metric: "metrics", quantizer: "binarizer" };
const OF_RUNS: ReadonlySet<string> = new Set(["run", "resume", "twin"]);

const NOTHING: Completion = { values: [], files: false, open: false };
const FILES: Completion = { values: [], files: true, open: false };

/**
 * Completions of the last word.
 * @param words after the program's name; the last one is being typed
 */
export async function completeWords(program: Command, words: readonly string[], sources: CompletionSources): Promise<Completion> {
  const typed = words.at(-1) ?? "";
  let command = program;
  let position = 0;
  /** The option whose value comes next. */
  let pending: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (word.startsWith("-") && word !== "-") {
      const option = optionOf(command, word);
      pending = option && takesValue(option) && !word.includes("=") ? option : undefined;
    } else if (pending) {
      if (!pending.variadic) pending = undefined;
    } else {
      const below: Command | undefined =
        position === 0 ? command.commands.find((own) => [own.name(), ...own.aliases()].includes(word)) : undefined;
      if (below) command = below;
      else position += 1;
    }
  }
  const [, flag, value] = /^(--[\w-]+)=(.*)$/.exec(typed) ?? [];
  if (flag !== undefined && value !== undefined) {
    const option = optionOf(command, flag);
    return option ? within(`${flag}=`, await valuesOf(option.attributeName(), option.argChoices, value, sources)) : NOTHING;
  }
  if (typed.startsWith("-")) return { ...NOTHING, values: optionsOf(command).filter(({ name }) => name.startsWith(typed)) };
  if (pending) return await valuesOf(pending.attributeName(), pending.argChoices, typed, sources);
  const argument: Argument | undefined = command.registeredArguments[position] ?? lastIfVariadic(command.registeredArguments);
  const commands = position === 0 ? commandsOf(command).filter(({ name }) => name.startsWith(typed)) : [];
  const own = argument ? await valuesOf(argumentKind(command, argument), argument.argChoices, typed, sources) : NOTHING;
  return { ...own, values: [...commands, ...own.values], files: own.files && commands.length === 0 };
}

/** An argument called `name` takes what its command lists. */
function argumentKind(command: Command, argument: Argument): string {
  return argument.name() === "name" ? command.name() : argument.name();
}

async function valuesOf(
  kind: string,
  choices: readonly string[] | undefined,
  typed: string,
  sources: CompletionSources,
): Promise<Completion> {
  const fitting = (values: readonly KnownName[]): Completion => ({
    ...NOTHING,
    values: values.filter(({ name }) => name.startsWith(typed)),
  });
  if (choices) return fitting(choices.map(plain));
  if (OF_RUNS.has(kind)) {
    const values = sources.runs(typed).map(plain);
    return { values, files: values.length === 0, open: false };
  }
  if (kind === "preset" || kind === "presets") return fitting((await sources.names()).presets);
  if (kind === "plugins") return fitting(Object.values((await sources.names()).contracts).flatMap(({ names }) => names));
  const contract = CONTRACT_OF[kind];
  if (contract !== undefined) return fitting((await sources.names()).contracts[contract]?.names ?? []);
  return kind === "set" ? settingsOf(typed, await sources.names()) : FILES;
}

/** `--set`: a key, `architecture=nin`, or an option, `architecture.width=`. */
function settingsOf(typed: string, { keys, contracts }: KnownNames): Completion {
  const [, key = "", sign = ""] = /^([\w]+)([=.])/.exec(typed) ?? [];
  const contract = contracts[key];
  if (sign === "=")
    return {
      ...NOTHING,
      values: (contract?.names ?? []).map((own) => ({ ...own, name: `${key}=${own.name}` })).filter(({ name }) => name.startsWith(typed)),
    };
  const options =
    sign === "."
      ? (contract?.options ?? []).map((option) => ({ name: `${key}.${option}=`, description: "" }))
      : keys.map(({ name, description }) => ({ name: `${name}=`, description }));
  return { values: options.filter(({ name }) => name.startsWith(typed)), files: false, open: true };
}

function within(prefix: string, { values, ...rest }: Completion): Completion {
  return { ...rest, values: values.map(({ name, description }) => ({ name: `${prefix}${name}`, description })) };
}

const plain = (name: string): KnownName => ({ name, description: "" });
const takesValue = ({ required, optional }: Option): boolean => required || optional;

function lastIfVariadic(all: readonly Argument[]): Argument | undefined {
  const last = all.at(-1);
  return last?.variadic ? last : undefined;
}

/** Options of the command and of its parents, which Commander accepts there too. */
function optionOf(command: Command, word: string): Option | undefined {
  const [flag = word] = word.split("=");
  for (let own: Command | null = command; own; own = own.parent) {
    const found = own.options.find((option) => option.long === flag || option.short === flag);
    if (found) return found;
  }
  return undefined;
}

function optionsOf(command: Command): KnownName[] {
  const help = new Help();
  const all: Option[] = [];
  // Those of the commands between it and the program are about others.
  for (let own: Command | null = command; own; own = own.parent)
    if (own === command || own.parent === null) all.push(...help.visibleOptions(own));
  const names = new Map(all.flatMap(({ long, description }) => (long == null ? [] : [[long, description] as const])));
  return [...names].map(([name, description]) => ({ name, description }));
}

function commandsOf(command: Command): KnownName[] {
  return new Help().visibleCommands(command).map((own) => ({ name: own.name(), description: own.summary() || own.description() }));
}
