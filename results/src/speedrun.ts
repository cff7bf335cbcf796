import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { openContainer } from "@benn/cli-ink";
import { type Config, type RunEvent, UserError } from "@benn/core";
import { bennVersion, followEvents, planRun, type RunPlan } from "@benn/core/node";
import { PLACES, type Places } from "./places.ts";
import { figuresOf, secondsOf } from "./result.ts";
import { trainVerifiable, withData } from "./train-result.ts";

/** The mean test accuracy to reach. */
export const TARGETS = { cpu: 0.8, gpu: 0.85 } as const;
export const LEAST_SEEDS = 5;

export interface SpeedrunOptions {
  /** Configuration file of one member. */
  readonly file: string;
  /** Name of the person who ran it. */
  readonly by: string;
  readonly data?: string | undefined;
  readonly seeds: number;
  readonly print: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly places?: Places;
  readonly today: string;
  /** Default: the target of the rules. */
  readonly target?: number;
}

/** The result of a speedrun. */
export interface Speedrun {
  readonly accuracies: readonly number[];
  /** Per seed, on average. */
  readonly seconds: number;
  readonly target: number;
}

/**
 * Trains one member for each seed and, if their mean test accuracy reaches the target, appends a line to `results/speedrun.md`.
 * @returns undefined if it was stopped; the same command resumes it
 * @throws UserError for a configuration that breaks the rules
 */
export async function speedrun(options: SpeedrunOptions): Promise<Speedrun | undefined> {
  const { file, by, data, seeds, print, signal, places = PLACES, today, target } = options;
  if (seeds < LEAST_SEEDS) throw new UserError(`speedrun: ${seeds} seeds are asked for. A record takes at least ${LEAST_SEEDS}.`);
  const name = file.replace(/^.*[/\\]/, "").replace(/\.json$/, "");
  const config = withData(JSON.parse(await readFile(file, "utf8")) as Config, data);
  const plan = await planRun({ ...config, members: 1 }, { container: await openContainer() });
  refuseRealLayers(plan);
  const backend = typeof plan.config.backend === "object" ? plan.config.backend.name : "";
  const kind = /gpu/.test(backend) ? "gpu" : "cpu";
  const accuracies: number[] = [];
  const seconds: number[] = [];
  const logs: string[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const run = `speedrun-${name}-${seed}`;
    print(`seed ${seed} of ${seeds}`);
    const finished = await trainVerifiable(
      { ...config, members: 1, seed, name: run, checkpointSeconds: 0 },
      { print, places, ...(signal ? { signal } : {}) },
    );
    if (!finished) return undefined;
    const folder = join(places.runs, run);
    const events: RunEvent[] = [];
    for await (const event of followEvents(folder, { follow: false })) events.push(event);
    accuracies.push(figuresOf(events)?.members[0]?.test ?? 0);
    seconds.push(secondsOf(events));
    logs.push(join(folder, "events.jsonl"));
  }
  const result = { accuracies, seconds: mean(seconds), target: target ?? TARGETS[kind] };
  print(`mean ${percent(mean(accuracies))} of ${accuracies.map(percent).join(", ")}; ${(result.seconds / 3600).toFixed(2)} hours a seed`);
  if (mean(accuracies) < result.target) return result;
  const kept = join("speedrun", `${today}-${name}`);
  await mkdir(join(places.results, kept), { recursive: true });
  await cp(file, join(places.results, kept, "config.json"));
  for (const [seed, log] of logs.entries()) await cp(log, join(places.results, kept, `seed-${seed}.jsonl`));
  const page = join(places.results, "speedrun.md");
  if (!existsSync(page)) throw new UserError(`speedrun: ${page} is missing. Restore it.`);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
  const cells = [
    today,
    by,
    (result.seconds / 3600).toFixed(2),
    percent(mean(accuracies)),
    accuracies.map(percent).join(", "),
    backend,
    machine,
  ];
  await appendFile(page, `| ${[...cells, `[${name}](${kept})`, await bennVersion()].join(" | ")} |\n`);
  return result;
}

/** @throws UserError if a layer with a kernel between the first and the last one is not 1-bit */
export function refuseRealLayers({ kinds }: Pick<RunPlan, "kinds">): void {
  for (const { architecture, summary } of kinds) {
    const layers = summary.layers.filter(({ binaryMultiplyAdds, realMultiplyAdds }) => binaryMultiplyAdds + realMultiplyAdds > 0);
    const real = layers.slice(1, -1).filter(({ realMultiplyAdds }) => realMultiplyAdds > 0);
    if (real.length > 0)
      throw new UserError(
        `speedrun: ${architecture} computes ${real[0]?.name} with real numbers. All but the first and the last layer have 1-bit weights and activations.`,
      );
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
