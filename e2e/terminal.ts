// A real terminal for the command: `script` of util-linux opens one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "./benn.ts";

export interface Terminal {
  /** Resolves with everything that was drawn, once the terminal is closed. */
  readonly closed: Promise<string>;
  type(keys: string): void;
  /** Takes the terminal away, as a closed window or a dropped connection does. */
  hangUp(): void;
}

/** How a shell runs the built command. */
export const command: string = [process.execPath, join(root, "packages", "cli-ink", "dist", "benn.js")]
  .map((word) => `'${word}'`)
  .join(" ");

/** Runs a line of bash in a terminal of 100 × 30. */
export function openTerminal(line: string, cwd: string): Terminal {
  const env = { ...process.env, TERM: "xterm", CI: "", SHELL: "/bin/bash" };
  const script = spawn("script", ["-qec", `stty cols 100 rows 30; ${line}`, "/dev/null"], { cwd, env });
  let drawn = "";
  script.stdout.on("data", (bytes: Buffer) => (drawn += bytes.toString()));
  return {
    closed: once(script, "close").then(() => drawn),
    type: (keys) => void script.stdin.write(keys),
    hangUp: () => void script.kill("SIGKILL"),
  };
}
