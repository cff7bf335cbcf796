import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { train } from "@benn/cli-ink";
import { type Config, type RunEvent, UserError } from "@benn/core";
import { RunControl } from "@benn/core/node";
import { PLACES, type Places, resultNames } from "./places.ts";
import { takeUpUnfinished } from "./unfinished.ts";

export interface ResultOptions extends TrainingOptions {
  /** Folder of CIFAR-10; undefined for a configuration that needs none. */
  readonly data?: string | undefined;
  /** Saves and stops after this time: for a machine that is available for a limited time. */
  readonly minutes?: number | undefined;
  /** Folder to which the run is copied at the end, finished or not: `runs/` of another checkout can resume it. */
  readonly to?: string | undefined;
}

/**
 * Trains or resumes the run of a result in `runs/NAME`; if there is none, it resumes from what was stored of an unfinished one. Before the
 * last epoch of the first member, its checkpoint is stored in `verify/`.
 * @returns whether it is finished
 */
export async function trainResult(name: string, { data, minutes, to, places = PLACES, ...options }: ResultOptions): Promise<boolean> {
  const file = join(places.results, name, "config.json");
  if (!existsSync(file)) throw new UserError(`results: there is no ${file}. There are: ${resultNames(places).join(", ") || "none yet"}.`);
  const config = withData(JSON.parse(await readFile(file, "utf8")) as Config, data);
  await takeUpUnfinished(name, { places, data, print: options.print });
  const ends = [...(options.signal ? [options.signal] : []), ...(minutes === undefined ? [] : [AbortSignal.timeout(minutes * 60_000)])];
  const finished = await trainVerifiable(
    { ...config, name, checkpointSeconds: 0 },
    { places, print: options.print, signal: AbortSignal.any(ends) },
  );
  if (to !== undefined) await cp(join(places.runs, name), join(to, name), { recursive: true });
  return finished;
}

export interface TrainingOptions {
  readonly places?: Places;
  /** Called with a line after each epoch and member. */
  readonly print: (line: string) => void;
  /** When aborted, saves and stops. */
  readonly signal?: AbortSignal;
}

/** Trains or resumes a named run in `runs/`. */
export async function trainVerifiable(
  config: Config & { readonly name: string },
  { places = PLACES, print, signal }: TrainingOptions,
): Promise<boolean> {
  const folder = join(places.runs, config.name);
  const control = new RunControl();
  signal?.addEventListener("abort", () => control.stopNow());
  const resume = existsSync(join(folder, "experiment.json")) ? { resume: folder } : {};
  const run = train(config, { out: places.runs, control, ...resume });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value.reason !== "interrupted";
    // The checkpoint of the previous epoch exists until the next event is requested.
    if (value.type === "epoch" && value.member === 0 && value.epoch + 1 === value.epochs) await keepCheckpoint(folder);
    const line = lineOf(value);
    if (line !== undefined) print(line);
  }
}

async function keepCheckpoint(folder: string): Promise<void> {
  const from = join(folder, "checkpoint", "latest.safetensors");
  const to = join(folder, "verify", "checkpoint.safetensors");
  if (!existsSync(from)) return; // a member of one epoch has none
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

/** A configuration whose data lie in this folder. */
export function withData(config: Config, data: string | undefined): Config {
  if (data === undefined) return config;
  const dataset = typeof config.dataset === "string" ? { name: config.dataset } : (config.dataset ?? { name: "cifar10" });
  return { ...config, dataset: { ...dataset, data } };
}

function lineOf(event: RunEvent): string | undefined {
  const percent = (share: number | undefined): string => (share === undefined ? "–" : `${(100 * share).toFixed(2)} %`);
  if (event.type === "epoch") {
    const { member, epoch, epochs, loss, metrics, clock } = event;
    const speed = clock.imagesPerSecond === undefined ? "" : `, ${Math.round(clock.imagesPerSecond)} images/s`;
    return `member ${member + 1}, epoch ${epoch + 1} of ${epochs}: loss ${loss.toFixed(4)}, accuracy ${percent(metrics["accuracy"])}${speed}`;
  }
  if (event.type === "score")
    return `  score on ${event.on}: ${event.metric} ${percent(event.value)}${event.best ? ", the best so far" : ""}`;
  if (event.type === "member-end") return `member ${event.member + 1}: test ${percent(event.metrics["accuracy"]?.test)}`;
  if (event.type === "staged") {
    const votes = Object.entries(event.metrics["accuracy"]?.test ?? {}).map(([voter, value]) => `${voter} ${percent(value)}`);
    return `vote of ${event.members}: ${votes.join(", ")}`;
  }
  if (event.type === "warning") return `warning: ${event.message}`;
  return undefined;
}
