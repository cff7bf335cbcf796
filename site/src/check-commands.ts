import type { createProgram } from "@benn/cli-ink/reference";

type Command = ReturnType<typeof createProgram>;

/**
 * What is wrong with the command lines in the pages' blocks of shell: a command or an option that there is not, a key that no configuration has.
 * @param keys of the configuration
 */
export function wrongCommands(pages: ReadonlyMap<string, string>, program: Command, keys: ReadonlySet<string>): string[] {
  return [...pages].flatMap(([place, page]) =>
    commandLines(page).flatMap((line) => {
      const fault = faultOf(line, program, keys);
      return fault === undefined ? [] : [`${place}: ${line}: ${fault}`];
    }),
  );
}

/** Lines of a page's shell blocks that call benn, continued lines joined, without comments. */
export function commandLines(page: string): string[] {
  return [...page.matchAll(/^```(?:sh|bash|console)\n(.*?)^```/gms)].flatMap(([, block = ""]) =>
    block
      .replaceAll(/\\\n\s*/g, "")
      .split("\n")
      .map((line) => line.replace(/^\$ /, "").replace(/\s+#.*$/, ""))
      .flatMap(
        (line) =>
          /(?:^|\s)(?:npm run benn --|npx benn|(?<!npm create )benn) (?<words>[a-z-][^|<>&;]*)/.exec(line)?.groups?.["words"]?.trim() ?? [],
      ),
  );
}

function faultOf(line: string, program: Command, keys: ReadonlySet<string>): string | undefined {
  const words: readonly string[] = line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  let command = program;
  let at = 0;
  for (let next; (next = command.commands.find((one) => one.name() === words[at])); at++) command = next;
  if (command === program && !words[at]?.startsWith("-") && words[at] !== "help") return `there is no command ${words[at]}`;
  const options = [...command.options, ...program.options];
  const flags = words.slice(at).flatMap((word) => /^--[a-z][\w-]*/.exec(word) ?? []);
  const unknown = flags.find((flag) => flag !== "--help" && flag !== "--version" && !options.some(({ long }) => long === flag));
  if (unknown !== undefined) return `${command.name()} has no option ${unknown}`;
  const set = words.indexOf("--set");
  const settings = set < 0 ? [] : takeWhile(words.slice(set + 1), (word) => !word.startsWith("--"));
  const key = settings.map((setting) => /^['"]?([A-Za-z]\w*)[.=]/.exec(setting)?.[1]).find((own) => own !== undefined && !keys.has(own));
  return key === undefined ? undefined : `the configuration has no key ${key}`;
}

function takeWhile<T>(list: readonly T[], holds: (one: T) => boolean): T[] {
  const end = list.findIndex((one) => !holds(one));
  return end < 0 ? [...list] : list.slice(0, end);
}
