import { availableParallelism, cpus } from "node:os";
import { type BenchSubject, type MemberBench, openBench, type StepKind } from "@benn/core/node";
import { benchLines, profileLines } from "./bench-lines.ts";
import type { Measured, Speed, Speeds, StepProfile } from "./bench-results.ts";
import { configure } from "./configure.ts";
import { highestLimits } from "./highest-limits.ts";
import { printJson, printLines } from "./print.ts";
import { type Progress, progressLine } from "./progress-line.ts";

export interface BenchOptions {
  readonly file?: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
  readonly backend?: string;
  readonly threads?: number;
  /** From 1. */
  readonly member: number;
  readonly forward?: boolean;
  readonly profile?: boolean;
  readonly steps?: number;
  readonly rounds: number;
  readonly rows: number;
  readonly json?: boolean;
}

type Note = (progress: Progress) => void;

/** A phase of the work without a count. */
const UNCOUNTED = { done: 0, total: 0 } as const;
const WARM_UP_STEPS = 2;
const ROUND_MILLISECONDS = 2000;
const PROFILED_STEPS = 5;

/** `benn bench` */
export async function bench(options: BenchOptions): Promise<void> {
  const { json, profile, rows } = options;
  const progress = progressLine({ json });
  const measure = profile ? profileStep : measureSpeeds;
  const found = await measure(options, process.cwd(), progress.show).finally(progress.clear);
  const lines = (): string[] => ("of" in found ? profileLines(found, rows) : benchLines(found));
  if (json) printJson(found);
  else printLines(lines());
}

/** Measures the training and evaluation speed of the member, alternating between the two. */
export async function measureSpeeds(options: BenchOptions, cwd: string, note: Note = () => {}): Promise<Speeds> {
  return await withBench(options, cwd, note, async (subject, bench) => {
    const kinds: readonly StepKind[] = options.forward ? ["evaluation"] : ["training", "evaluation"];
    const total = options.rounds * kinds.length;
    const turns: { kind: StepKind; steps: number; times: number[] }[] = [];
    for (const kind of kinds) {
      note({ what: `warming up: ${kind}`, ...UNCOUNTED });
      await bench.time(kind, WARM_UP_STEPS);
      turns.push({ kind, steps: options.steps ?? (await stepsOfRound(bench, kind)), times: [] });
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const [i, { kind, steps, times }] of turns.entries()) {
        note({ what: `measuring ${kind}, rounds`, done: (round - 1) * kinds.length + i, total });
        times.push((await bench.time(kind, steps)).milliseconds);
      }
    }
    const speeds = Object.fromEntries(turns.map(({ kind, ...turn }) => [kind, speed(subject, kind, turn)]));
    return { ...subject, ...(speeds as { evaluation: Speed }) };
  });
}

/** Time per kernel in one step. */
export async function profileStep(options: BenchOptions, cwd: string, note: Note = () => {}): Promise<StepProfile> {
  return await withBench(options, cwd, note, async (subject, bench) => {
    const of: StepKind = options.forward ? "evaluation" : "training";
    const steps = options.steps ?? PROFILED_STEPS;
    note({ what: "warming up", ...UNCOUNTED });
    await bench.time(of, WARM_UP_STEPS);
    note({ what: "measuring the highest rates of the device", ...UNCOUNTED });
    const before = await bench.limits();
    note({ what: `timing ${steps === 1 ? "1 step" : `${steps} steps`}`, ...UNCOUNTED });
    const { milliseconds, starting } = await bench.time(of, steps);
    note({ what: "timing the kernels", ...UNCOUNTED });
    const rows = await bench.profile(of, steps);
    note({ what: "measuring the highest rates again", ...UNCOUNTED });
    const probes = [before, await bench.limits()].filter((limits) => limits !== undefined);
    return {
      ...subject,
      of,
      millisecondsPerStep: milliseconds,
      ...(starting === undefined ? {} : { millisecondsToStart: starting }),
      ...(probes.length > 0 ? { limits: highestLimits(probes, rows) } : {}),
      rows,
    };
  });
}

async function withBench<T>(
  { file, preset, set = [], plugin = [], backend, threads, member, profile = false }: BenchOptions,
  cwd: string,
  note: Note,
  measure: (subject: Measured, bench: MemberBench) => Promise<T>,
): Promise<T> {
  const settings = [...set, ...(threads === undefined ? [] : [`backend.threads=${threads}`])];
  const given = { ...(file === undefined ? {} : { file }), ...(preset === undefined ? {} : { preset }) };
  const request = { ...given, settings, plugins: plugin, ...(backend === undefined ? {} : { backend }) };
  const { config, container } = await configure(request, cwd);
  note({ what: "building the network", ...UNCOUNTED });
  const { subject, bench } = await openBench(config, { container, member: member - 1, profile });
  try {
    return await measure({ ...subject, machine: machine() }, bench);
  } finally {
    bench.dispose();
  }
}

/** Number of steps that take about as long as a round should. */
async function stepsOfRound(bench: MemberBench, kind: StepKind): Promise<number> {
  const { milliseconds } = await bench.time(kind, WARM_UP_STEPS);
  return Math.max(1, Math.ceil(ROUND_MILLISECONDS / Math.max(milliseconds, 1)));
}

function speed(
  { batchSize, multiplyAdds }: BenchSubject,
  kind: StepKind,
  { steps, times }: { readonly steps: number; readonly times: readonly number[] },
): Speed {
  const sorted = times.toSorted((a, b) => a - b);
  const median = ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
  const rate = (milliseconds: number): number => (1000 * batchSize) / milliseconds;
  return {
    rounds: times.length,
    steps,
    millisecondsPerStep: median,
    imagesPerSecond: rate(median),
    slowest: rate(sorted.at(-1) ?? Number.NaN),
    fastest: rate(sorted[0] ?? Number.NaN),
    multiplyAddsPerSecond: multiplyAdds[kind] * rate(median),
  };
}

function machine(): Measured["machine"] {
  const cpu = cpus()[0]?.model.trim() ?? "unknown";
  return { cpu, cores: availableParallelism(), node: process.version, platform: `${process.platform} ${process.arch}` };
}
