/** How the user types the command, for hints: as it was started. The bootstrap names itself in BENN_COMMAND. */
export function commandName(env: NodeJS.ProcessEnv = process.env): string {
  return env["BENN_COMMAND"] ?? (env["npm_command"] === "exec" ? "npx benn" : "benn");
}

/** A word of a shell command, quoted if it must be. */
export function quoted(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
