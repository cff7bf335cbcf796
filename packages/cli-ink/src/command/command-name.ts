/** How the user typed the command, for hints. The launcher passes its own name in BENN_COMMAND. */
export function commandName(env: NodeJS.ProcessEnv = process.env): string {
  return env["BENN_COMMAND"] ?? (env["npm_command"] === "exec" ? "npx benn" : "benn");
}

/** A word of a shell command, quoted if necessary. */
export function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
