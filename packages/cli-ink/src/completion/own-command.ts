import { dirname, join } from "node:path";
import type { Shell } from "./shell-scripts.ts";

/**
 * Lines that define the command `benn` for a shell that has none, where it was started by `npm run benn --`: npm completes nothing for what it
 * runs. Empty where benn was started by its name.
 */
export function ownCommand(shell: Shell, env: NodeJS.ProcessEnv = process.env, node: string = process.execPath): string {
  if (env["BENN_COMMAND"] === undefined) return "";
  const [program, entry] = [node, join(dirname(import.meta.dirname), "benn.js")].map((path) => inQuotes(path, shell)) as [string, string];
  const inPosix = `command -v benn >/dev/null || benn() { ${program} ${entry} "$@"; }\n`;
  return {
    bash: inPosix,
    zsh: inPosix,
    fish: `type -q benn; or function benn; ${program} ${entry} $argv; end\n`,
    powershell: `if (-not (Get-Command benn -ErrorAction SilentlyContinue)) { function global:benn { & ${program} ${entry} @args } }\n`,
  }[shell];
}

/** A path as one word of the shell, in which nothing is special. */
function inQuotes(path: string, shell: Shell): string {
  const quote = { bash: "'\\''", zsh: "'\\''", fish: "\\'", powershell: "''" }[shell];
  return `'${(shell === "fish" ? path.replaceAll("\\", "\\\\") : path).replaceAll("'", () => quote)}'`;
}
