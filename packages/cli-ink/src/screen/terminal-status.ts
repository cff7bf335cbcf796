import { printable } from "@benn/core/internals";
import { progressOf, type RunState } from "../run/run-state.ts";
import { statusOf } from "./header.ts";

const ESC = "\u001B";
const [BELL, END] = ["\u0007", `${ESC}\\`];

/** What a terminal shows of a run outside its screen: the window title, progress in its tab or the task bar, a bell. */
export interface TerminalStatus {
  show(state: RunState): void;
  /** Rings when the run has ended, since the user may be looking elsewhere. */
  ring(): void;
  close(): void;
}

export function terminalStatus(write: (text: string) => void, env: NodeJS.ProcessEnv = process.env): TerminalStatus {
  const hasProgress = showsProgress(env);
  let shown = "";
  write(`\r${ESC}[22;2t${ESC}[?1007h`); // saves the title; makes the wheel send arrow keys
  return {
    show(state) {
      const percent = Math.floor(100 * progressOf(state));
      const title = printable(`${percent} % ${statusOf(state)} · ${state.start?.run ?? "benn"}`);
      const kind = state.control === "paused" ? 4 : state.end?.reason === "interrupted" ? 2 : state.end ? 0 : 1;
      const progress = hasProgress ? `${ESC}]9;4;${kind};${percent}${END}` : "";
      const text = `${ESC}]2;${title}${END}${progress}`;
      if (text === shown) return;
      shown = text;
      write(text);
    },
    ring: () => write(BELL),
    close: () => write(`${hasProgress ? `${ESC}]9;4;0;0${END}` : ""}${ESC}[?1007l${ESC}[23;2t`),
  };
}

/** Terminals that show progress for OSC 9;4. Others interpret OSC 9 as a notification and would show one every second. */
function showsProgress(env: NodeJS.ProcessEnv): boolean {
  const program = `${env["TERM_PROGRAM"] ?? ""} ${env["TERM"] ?? ""}`.toLowerCase();
  return env["WT_SESSION"] !== undefined || env["ConEmuANSI"] === "ON" || /ghostty|wezterm|mintty/.test(program);
}
