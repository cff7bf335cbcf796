import { cpus } from "node:os";
import { type DependencyContainer, type Spec, type Split, UserError } from "@benn/core";
import { load } from "@benn/packed";
import { exportRun } from "@benn/packed/export";
import type { LayerTable, Size, Speed } from "@benn/report";
import type { Progress } from "../command/progress-line.ts";

const WARM_UP = 5;
const MOST_IMAGES = 100;
const MILLISECONDS = 3000;

/** Size and speed of a packed run. */
export interface PackedRun {
  readonly size: Size;
  readonly layers: readonly LayerTable[];
  readonly speed?: Speed;
}

export interface PackOptions {
  readonly container: DependencyContainer;
  readonly dataset: Spec | undefined;
  /** Images on which the time is measured. */
  readonly test: Split;
  /** Whether to measure it. */
  readonly time: boolean;
  /** Bytes of the voting members with 1 bit per weight of 1-bit kernels, and at 32 bits: reported for a run that cannot be packed. */
  readonly counted: { readonly bytes: number; readonly realBytes: number };
  onProgress(progress: Progress): void;
  readonly signal: AbortSignal;
}

/** Packs a run in memory and measures it; if it cannot be packed, gives the reason. */
export async function packRun(
  folder: string,
  { container, dataset, test, time, counted, onProgress, signal }: PackOptions,
): Promise<PackedRun> {
  let exported: Awaited<ReturnType<typeof exportRun>>;
  try {
    exported = await exportRun(folder, {
      container,
      trust: false,
      ...(dataset ? { dataset } : {}),
      onProgress({ members, of }) {
        signal.throwIfAborted();
        onProgress({ what: "packing members", done: members, total: of });
      },
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { size: { ...counted, packed: false, reason: error.message }, layers: [] };
  }
  const { bytes, realBytes, sizes } = exported;
  const layers = sizes.map(({ rows, ...rest }) => ({ ...rest, rows: rows.filter(({ type }) => type !== "InputLayer") }));
  return {
    size: { bytes: bytes.length, realBytes, packed: true },
    layers,
    ...(time ? { speed: await measure(bytes, test, { onProgress, signal }) } : {}),
  };
}

async function measure(file: Uint8Array, test: Split, { onProgress, signal }: Pick<PackOptions, "onProgress" | "signal">): Promise<Speed> {
  const model = await load(file);
  const size = model.shape[0] * model.shape[1] * model.shape[2];
  const rows = Int32Array.from({ length: Math.min(MOST_IMAGES, test.labels.length) }, (_, row) => row);
  const images = await test.images(rows);
  const imageOf = (row: number): Float32Array => images.slice((row % rows.length) * size, ((row % rows.length) + 1) * size);
  for (let i = 0; i < WARM_UP; i++) model.predict(imageOf(i));
  const times: number[] = [];
  const end = performance.now() + MILLISECONDS;
  do {
    signal.throwIfAborted();
    const image = imageOf(times.length);
    const before = performance.now();
    model.predict(image);
    times.push(performance.now() - before);
    onProgress({ what: "measuring images", done: times.length, total: MOST_IMAGES });
    await new Promise((resolve) => setImmediate(resolve)); // lets signals be handled
  } while (times.length < MOST_IMAGES && performance.now() < end);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)], images: times.length, machine: cpus()[0]?.model.trim() ?? "this machine" };
}
