import type { ProfileRow } from "@benn/core";

interface Sums {
  readonly kernel: string;
  readonly part: string;
  calls: number;
  milliseconds: number;
  macs: number;
  bytes: number;
}

/** Functions with float multiply-adds; the multiply-adds of all others count bits or add integers. */
const FLOAT_PRODUCTS = /^(?:conv2d|conv2dFilterGrad|matmul)$/;

/** Adds up the time of every kernel while it is the backend's `profiler`. */
export class Profiler {
  readonly #rows = new Map<string, Sums>();
  /** Running kernels, nested, and the time already attributed within each. */
  readonly #running: { kernel: string; told: number }[] = [];

  /** Times a TensorFlow.js kernel; the time of its WebAssembly functions and nested kernels is attributed to those. */
  kernel<T>(kernel: string, run: () => T): T {
    this.#running.push({ kernel, told: 0 });
    const started = performance.now();
    try {
      return run();
    } finally {
      const all = performance.now() - started;
      const { told } = this.#running.pop()!;
      this.#add(kernel, "", all - told);
      const outer = this.#running.at(-1);
      if (outer) outer.told += all;
    }
  }

  /** Reports the time of a WebAssembly function within the running kernel. */
  ran(part: string, milliseconds: number, work: { macs?: number; bytes?: number } = {}): void {
    const running = this.#running.at(-1);
    if (running) running.told += milliseconds;
    this.#add(running?.kernel ?? "", part, milliseconds, work);
  }

  /**
   * Rows sorted by descending time. A part is the WebAssembly function, or "" for the rest of the kernel: JavaScript, and kernels of the
   * CPU backend.
   */
  rows(): ProfileRow[] {
    return [...this.#rows.values()]
      .toSorted((a, b) => b.milliseconds - a.milliseconds)
      .map(({ macs, bytes, ...row }) => ({
        ...row,
        ...(macs > 0 ? { macs } : {}),
        ...(bytes > 0 ? { bytes } : {}),
        ...(FLOAT_PRODUCTS.test(row.part)
          ? { bound: "multiplyAdds" as const }
          : macs === 0 && bytes > 0
            ? { bound: "bytes" as const }
            : {}),
      }));
  }

  #add(kernel: string, part: string, milliseconds: number, { macs = 0, bytes = 0 }: { macs?: number; bytes?: number } = {}): void {
    const key = `${kernel}/${part}`;
    const row = this.#rows.get(key) ?? { kernel, part, calls: 0, milliseconds: 0, macs: 0, bytes: 0 };
    row.calls += 1;
    row.milliseconds += milliseconds;
    row.macs += macs;
    row.bytes += bytes;
    this.#rows.set(key, row);
  }
}
