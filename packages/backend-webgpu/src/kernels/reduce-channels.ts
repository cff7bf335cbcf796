import type { TensorInfo } from "@benn/core/tensorflow";
import type { GuardedBackend } from "../guarded-backend.ts";
import { type GroupReduction, reduceGroups } from "../reduce-groups.ts";
import { runOwn, WORKGROUP } from "../run-own.ts";

export interface ChannelReduction extends Pick<GroupReduction, "key" | "inputs" | "outputs" | "finish"> {
  readonly rows: number;
  readonly channels: number;
  /**
   * WGSL for the summed terms, as functions of `at` (the element's index), `channel` and, as in `finish`, `uniforms.rows` and
   * `uniforms.channels`.
   */
  readonly terms: readonly string[];
  /** f32 that `finish` reads. */
  readonly uniforms?: Readonly<Record<string, number>>;
  /** Tensors that `finish` reads, by their name in WGSL. */
  readonly finishInputs?: Readonly<Record<string, TensorInfo>>;
}

/** Threads of the first pass, and minimum number of rows that each of them sums. */
const THREADS = 131_072;
const LEAST_ROWS = 64;
/** Up to this many rows are summed without a first pass. */
const ONE_PASS_ROWS = 2048;

/**
 * Sums terms over the rows of [rows, channels], and computes outputs from the sums of each `channel`. Many rows take two passes: in the
 * first, neighbouring threads process neighbouring channels of a run of rows.
 * @returns the outputs, which the caller disposes
 */
export function reduceChannels(backend: GuardedBackend, reduction: ChannelReduction): TensorInfo[] {
  const { key, inputs, outputs, rows, channels, terms, uniforms = {}, finishInputs = {}, finish } = reduction;
  const f32 = Object.fromEntries(Object.entries(uniforms).map(([name, value]) => [name, ["f32", value] as const]));
  const last = {
    key,
    outputs,
    groups: channels,
    uniforms: { channels: ["i32", channels] as const, rows: ["i32", rows] as const, ...f32 },
    finish: `let channel = group; ${finish}`,
  };
  if (rows <= ONE_PASS_ROWS) {
    const row = "let channel = group; let at = row * uniforms.channels + channel;";
    return reduceGroups(backend, { ...last, inputs: { ...inputs, ...finishInputs }, length: rows, row, terms });
  }
  const perThread = Math.max(LEAST_ROWS, Math.ceil((rows * channels) / THREADS));
  const runs = Math.ceil(rows / perThread);
  const partials = backend.makeTensorInfo([runs, terms.length, channels], "float32");
  runOwn(backend, {
    key: `partials_${key}`,
    inputs,
    outputs: { partials },
    uniforms: {
      count: ["i32", runs * channels],
      channels: ["i32", channels],
      rows: ["i32", rows],
      perThread: ["i32", perThread],
    },
    workgroups: Math.ceil((runs * channels) / WORKGROUP),
    statements: `
      let thread = group * ${WORKGROUP} + local;
      if (thread >= uniforms.count) { return; }
      let channel = thread % uniforms.channels;
      let run = thread / uniforms.channels;
      ${terms.map((_, i) => `var sum${i} = 0.0;`).join(" ")}
      for (var row = run * uniforms.perThread; row < min((run + 1) * uniforms.perThread, uniforms.rows); row++) {
        let at = row * uniforms.channels + channel;
        ${terms.map((term, i) => `sum${i} += ${term};`).join(" ")}
      }
      ${terms.map((_, i) => `partials[(run * ${terms.length} + ${i}) * uniforms.channels + channel] = sum${i};`).join(" ")}`,
  });
  const made = reduceGroups(backend, {
    ...last,
    key: `${key}_partials`,
    inputs: { partials, ...finishInputs },
    length: runs,
    row: `let at = row * ${terms.length} * uniforms.channels + group;`,
    terms: terms.map((_, i) => `partials[at + ${i} * uniforms.channels]`),
  });
  backend.disposeData(partials.dataId);
  return made;
}
