import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend, WebGPUProgram } from "../guarded-backend.ts";
import type { Uniforms } from "../elements.ts";
import { data, declare, flat, runElements } from "../run-elements.ts";
import { MOST_IN_A_ROW } from "../run-own.ts";

export interface ChannelSums {
  /** Unique shader cache key of this term. */
  readonly key: string;
  /** Tensors by their name in WGSL. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Size of the axes before the rows; default 1. */
  readonly outer?: number;
  readonly rows: number;
  readonly channels: number;
  /** WGSL for the summed term, as a function of `at` (the element's index). */
  readonly term: string;
  /** Factor of the sums; default 1. */
  readonly factor?: number;
  /** A tensor with the same number of values to write to, instead of a new one. */
  readonly output?: TensorInfo | undefined;
}

/** Threads of the first pass, and minimum number of rows that each of them sums. */
const THREADS = 262_144;
const LEAST_ROWS = 64;
/** Up to this many rows are summed without a first pass, by one thread per sum or by one workgroup. */
const ONE_THREAD_ROWS = 32;
const ONE_PASS_ROWS = 2048;
const WORKGROUP = 64;

/**
 * Sums a term over the rows of [outer, rows, channels]. In a first pass, neighbouring threads process neighbouring channels of a run of
 * rows; in a second one, a workgroup adds up the runs of a sum. The order is fixed, so the same inputs give the same sums.
 * @returns [outer, channels], flattened; the caller disposes it
 */
export function channelSums(backend: GuardedBackend, sums: ChannelSums): TensorInfo {
  const { outer = 1, rows, channels } = sums;
  if (rows <= ONE_THREAD_ROWS) return sumByThreads(backend, sums, 1, Math.max(1, rows));
  if (rows <= ONE_PASS_ROWS) return sumByWorkgroups(backend, sums);
  const perThread = Math.max(LEAST_ROWS, Math.ceil((outer * rows * channels) / THREADS));
  const runs = Math.ceil(rows / perThread);
  const partial = sumByThreads(backend, { ...sums, factor: 1, output: undefined }, runs, perThread);
  const all = sumByWorkgroups(backend, {
    ...sums,
    key: "x",
    inputs: { x: partial },
    rows: runs,
    term: "x[at]",
  });
  backend.disposeData(partial.dataId);
  return all;
}

/** [outer, runs, channels]: each thread sums a run of rows. */
function sumByThreads(backend: GuardedBackend, sums: ChannelSums, runs: number, perThread: number): TensorInfo {
  const { key, inputs, outer = 1, rows, channels, term, factor = 1, output } = sums;
  return runElements(backend, {
    key: `sums_${key}`,
    inputs,
    shape: outer * runs === 1 ? [channels] : [outer * runs, channels],
    output,
    uniforms: {
      channels: ["i32", channels],
      rows: ["i32", rows],
      perThread: ["i32", perThread],
      runs: ["i32", runs],
      factor: ["f32", factor],
    },
    value: `
      let channel = index % uniforms.channels;
      let run = index / uniforms.channels;
      let first = run % uniforms.runs * uniforms.perThread;
      let end = min(first + uniforms.perThread, uniforms.rows);
      var sum = 0.0;
      for (var row = first; row < end; row++) {
        let at = (run / uniforms.runs * uniforms.rows + row) * uniforms.channels + channel;
        sum += ${term};
      }
      return sum * uniforms.factor;`,
  });
}

function sumByWorkgroups(backend: GuardedBackend, sums: ChannelSums): TensorInfo {
  const { key, inputs, outer = 1, rows, channels, term, factor = 1, output } = sums;
  const size = outer * channels;
  const uniforms: Uniforms = { count: ["i32", size], channels: ["i32", channels], rows: ["i32", rows], factor: ["f32", factor] };
  const across = Math.min(size, MOST_IN_A_ROW);
  const program: WebGPUProgram = {
    shaderKey: `benn_workgroupSums_${key}`,
    variableNames: Object.keys(inputs),
    outputShape: [1, 1, size],
    uniforms: declare(uniforms),
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [across, Math.ceil(size / Math.max(1, across)), 1],
    getUserCode: () => `
      var<workgroup> parts : array<f32, ${WORKGROUP}>;
      fn main() {
        let index = i32(workgroupId.y * numWorkgroups.x + workgroupId.x);
        let channel = index % uniforms.channels;
        let outer = index / uniforms.channels;
        var sum = 0.0;
        if (index < uniforms.count) {
          for (var row = i32(localIndex); row < uniforms.rows; row += ${WORKGROUP}) {
            let at = (outer * uniforms.rows + row) * uniforms.channels + channel;
            sum += ${term};
          }
        }
        parts[localIndex] = sum;
        workgroupBarrier();
        for (var half = ${WORKGROUP / 2}u; half > 0u; half /= 2u) {
          if (localIndex < half) { parts[localIndex] += parts[localIndex + half]; }
          workgroupBarrier();
        }
        if (localIndex == 0u && index < uniforms.count) { result[index] = parts[0] * uniforms.factor; }
      }`,
  };
  const into = output && { ...output, shape: program.outputShape };
  const { dataId, dtype } = backend.runWebGPUProgram(program, flat(inputs), "float32", data(uniforms), into);
  return { dataId, dtype, shape: outer === 1 ? [channels] : [outer, channels] };
}
