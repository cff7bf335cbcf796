// A real terminal for the command: `script` of util-linux opens one, and a headless terminal emulator shows what it draws.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import xterm from "@xterm/headless";
import { root } from "./benn.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Terminal {
  /** Resolves with everything that was drawn, once the terminal is closed. */
  readonly closed: Promise<string>;
  type(keys: string): void;
  /** Resizes the window, as a user does with the mouse: the program receives SIGWINCH. */
  resize(size: Size): Promise<void>;
  /** Resolves once the text, or what matches, was drawn. */
  shows(text: string | RegExp): Promise<void>;
  /** The lines on the screen, without trailing spaces, once nothing was drawn for a while. */
  screen(): Promise<readonly string[]>;
  /** Takes the terminal away, like a closed window or a dropped connection. */
  hangUp(): void;
}

/** The shell command that runs the built program. */
export const command: string = [process.execPath, join(root, "packages", "cli-ink", "dist", "benn.js")]
  .map((word) => `'${word}'`)
  .join(" ");

/** The screen counts as settled after this time without output: the dashboard draws ten frames a second. */
const SETTLED_MILLISECONDS = 700;

/** Runs a line of bash in a terminal. */
export function openTerminal(line: string, cwd: string, { columns, rows }: Size = { columns: 100, rows: 30 }): Terminal {
  const env = { ...process.env, TERM: "xterm-256color", CI: "", SHELL: "/bin/bash" };
  const device = join(mkdtempSync(join(tmpdir(), "benn-terminal-")), "tty");
  const script = spawn("script", ["-qec", `stty cols ${columns} rows ${rows}; tty > '${device}'; ${line}`, "/dev/null"], { cwd, env });
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  let drawn = "";
  let drawnAt = performance.now();
  script.stdout.on("data", (bytes: Buffer) => {
    drawn += bytes.toString();
    drawnAt = performance.now();
    emulator.write(bytes);
  });
  return {
    closed: once(script, "close").then(() => drawn),
    type: (keys) => void script.stdin.write(keys),
    async resize(size) {
      while (!existsSync(device)) await wait(20);
      // Pending bytes were drawn for the old size.
      await new Promise<void>((resolve) => emulator.write("", resolve));
      emulator.resize(size.columns, size.rows);
      const path = readFileSync(device, "utf8").trim();
      execFileSync("stty", ["-F", path, "cols", String(size.columns), "rows", String(size.rows)]);
      drawnAt = performance.now();
    },
    async shows(text) {
      while (typeof text === "string" ? !drawn.includes(text) : !text.test(drawn)) await wait(20);
    },
    async screen() {
      while (performance.now() - drawnAt < SETTLED_MILLISECONDS) await wait(50);
      await new Promise<void>((resolve) => emulator.write("", resolve));
      const { active } = emulator.buffer;
      return Array.from(
        { length: emulator.rows },
        (_, row) =>
          active
            .getLine(active.viewportY + row)
            ?.translateToString(true, 0, emulator.cols)
            .trimEnd() ?? "",
      );
    },
    hangUp: () => void script.kill("SIGKILL"),
  };
}
