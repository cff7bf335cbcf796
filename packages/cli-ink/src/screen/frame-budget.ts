/** Share of a core that the screen may take. */
const SHARE = 0.05;
/** The screen is never older than this, however much it costs to draw. */
const LONGEST_PAUSE_MILLISECONDS = 1000;

interface Clocks {
  /** Milliseconds that this thread has computed. */
  cpu(): number;
  /** Milliseconds. */
  now(): number;
}

/** Spaces frames so far apart that drawing them leaves the core to the training. Keys are not affected: what they change is drawn at once. */
export class FrameBudget {
  readonly #clocks: Clocks;
  #cpu: number;
  #at: number;

  constructor(clocks: Clocks = { cpu: threadMilliseconds, now: () => performance.now() }) {
    this.#clocks = clocks;
    this.#cpu = clocks.cpu();
    this.#at = clocks.now();
  }

  /** Whether what was computed since the last frame is a small enough part of the time since then. */
  allows(): boolean {
    const passed = this.#clocks.now() - this.#at;
    return passed >= LONGEST_PAUSE_MILLISECONDS || this.#clocks.cpu() - this.#cpu <= SHARE * passed;
  }

  /** A frame is about to be drawn. */
  begin(): void {
    this.#cpu = this.#clocks.cpu();
    this.#at = this.#clocks.now();
  }
}

/** What this thread has computed. Not of the process, whose other threads train. Node before 22.19 and 23.9 does not know: then nothing is held back. */
export function threadMilliseconds(): number {
  if (typeof process.threadCpuUsage !== "function") return 0;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
