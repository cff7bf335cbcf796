import { cpus, freemem, totalmem } from "node:os";

/** The machine at one moment. */
export interface SystemSample {
  /** Seconds since the screen was opened. */
  readonly at: number;
  /** Number of busy cores, over all processes, and number of cores. */
  readonly busy: number;
  readonly cores: number;
  /** Bytes in use by all processes, and of the machine; by this process alone. */
  readonly used: number;
  readonly memory: number;
  readonly own: number;
}

const KEPT = 600;

/** Takes a sample of the machine at every call. */
export function systemSampler(): (before: readonly SystemSample[]) => readonly SystemSample[] {
  const began = performance.now();
  let last = times();
  return (before) => {
    const now = times();
    const [busy, all] = [now.busy - last.busy, now.all - last.all];
    last = now;
    const cores = cpus().length;
    const sample = {
      at: (performance.now() - began) / 1000,
      busy: all > 0 ? (cores * busy) / all : 0,
      cores,
      used: totalmem() - freemem(),
      memory: totalmem(),
      own: process.memoryUsage.rss(),
    };
    return [...before, sample].slice(-KEPT);
  };
}

function times(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0];
  for (const { times: own } of cpus()) {
    const sum = own.user + own.nice + own.sys + own.irq + own.idle;
    all += sum;
    busy += sum - own.idle;
  }
  return { busy, all };
}
