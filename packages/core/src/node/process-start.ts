import { readFile } from "node:fs/promises";

/** When a process began: together with its number it names one process, also after the number was given to another. */
export interface ProcessStart {
  /** Which start of the machine `at` counts from; empty where only the clock is known. */
  readonly boot: string;
  /** Clock ticks since that start, or seconds since 1970. */
  readonly at: number;
}

/** The clock may have been set meanwhile, and is read twice. */
const CLOCK_SECONDS = 5;

/** When a process of this machine began; undefined where the system does not report it: Linux does for all processes, other systems for this one alone. */
export async function processStart(pid: number): Promise<ProcessStart | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    // proc(5): field 22, counted from behind the name, which may hold blanks and brackets itself.
    const at = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    if (Number.isFinite(at)) return { boot, at };
  } catch {
    // no /proc here
  }
  return pid === process.pid ? { boot: "", at: Math.round(Date.now() / 1000 - process.uptime()) } : undefined;
}

export function sameStart(a: ProcessStart, b: ProcessStart): boolean {
  return a.boot === b.boot && (a.boot === "" ? Math.abs(a.at - b.at) <= CLOCK_SECONDS : a.at === b.at);
}
