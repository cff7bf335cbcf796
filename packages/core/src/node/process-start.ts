import { readFile } from "node:fs/promises";

/** The start time of a process. With its id it identifies one process, even after the id was reused. */
export interface ProcessStart {
  /** Identifies the boot of the machine that `at` counts from; empty if only the clock is known. */
  readonly boot: string;
  /** Clock ticks since that boot, or seconds since 1970. */
  readonly at: number;
}

/** Tolerance in seconds: the clock may have been set meanwhile, and is read twice. */
const CLOCK_SECONDS = 5;

/**
 * The start time of a process of this machine. Undefined if the system does not report it: Linux does for all processes, other systems only
 * for the current one.
 */
export async function processStart(pid: number): Promise<ProcessStart | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    // proc(5): field 22, counted from behind the name, which may contain spaces and brackets.
    const at = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    if (Number.isFinite(at)) return { boot, at };
  } catch {
    // no /proc on this system
  }
  return pid === process.pid ? { boot: "", at: Math.round(Date.now() / 1000 - process.uptime()) } : undefined;
}

export function sameStart(a: ProcessStart, b: ProcessStart): boolean {
  return a.boot === b.boot && (a.boot === "" ? Math.abs(a.at - b.at) <= CLOCK_SECONDS : a.at === b.at);
}
