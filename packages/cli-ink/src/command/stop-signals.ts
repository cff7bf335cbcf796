import { readFileSync } from "node:fs";
import { exitCodeOf, STOP_SIGNALS, type StopSignal } from "./exit-codes.ts";

/**
 * Handles the signals that stop a run, except a hang-up that the parent process asked to ignore.
 * @returns a function that removes the handlers
 */
export function onStopSignal(stop: (signal: StopSignal) => void): () => void {
  const signals = STOP_SIGNALS.filter((signal) => signal !== "SIGHUP" || !hangupsIgnored());
  const listener = (signal: NodeJS.Signals): void => stop(signal as StopSignal);
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/**
 * Restores the usual treatment of signals that Node handles differently: SIGUSR1 opens its debugger instead of ending the program, and Node
 * forgets at its start that hang-ups are to be ignored.
 */
export function treatSignalsAsUsual(): void {
  process.on("SIGUSR1", () => {
    if (process.listenerCount("SIGUSR1") === 1) process.exit(exitCodeOf("SIGUSR1"));
  });
  if (hangupsIgnored()) process.on("SIGHUP", () => {});
}

/**
 * Whether this process was started with hang-ups ignored (`nohup`, `trap '' HUP`). Node resets every signal to its default, so only traces
 * are left: a parent that ignores them, or the write-only standard input that `nohup` sets. Only Linux shows them.
 */
function hangupsIgnored(): boolean {
  try {
    const ignored = /^SigIgn:\s*([\da-f]+)$/m.exec(readFileSync(`/proc/${process.ppid}/status`, "utf8"))?.[1] ?? "0";
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync("/proc/self/fdinfo/0", "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${ignored}`) & 1n) === 1n || (Number.parseInt(flags, 8) & 3) === 1;
  } catch {
    return false;
  }
}
