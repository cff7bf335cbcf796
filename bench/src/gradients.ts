// `pnpm bench gradients`: whether training with quantized gradients comes to the same accuracy as with exact ones.
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Config, UserError } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { type Comparison, compare } from "./gradients/compare.ts";
import { count, factor } from "./option-values.ts";
import type { Subject } from "./subject.ts";
import type { Row } from "./table.ts";

const KINDS = ["exact", "int16"] as const;
type Kind = (typeof KINDS)[number];

interface Options {
  readonly data?: string;
  readonly out: string;
  readonly seeds: number;
  readonly workers: number;
  readonly epochs: number;
  readonly width: number;
  readonly trainRows?: number;
  readonly testRows?: number;
}

/** What every run has in common. */
function recipe({ data, epochs, width, trainRows = data === undefined ? undefined : 10_000, testRows }: Options): Config {
  return {
    dataset: { name: "cifar10", ...(data && { data }), ...(trainRows && { trainRows }), ...(testRows && { testRows }) },
    architecture: { name: "nin", width },
    members: 1,
    mode: "independent",
    epochs,
    scoreEvery: epochs,
  };
}

interface Run {
  readonly kind: Kind;
  readonly seed: number;
  readonly name: string;
}

interface Outcome {
  readonly kind: Kind;
  readonly seed: number;
  /** In percent. */
  readonly testAccuracy: number;
  /** Mean over the last epoch. */
  readonly trainingLoss: number;
  readonly imagesPerSecond: number;
}

/** What a run came to, if it has ended. */
async function outcomeOf(out: string, { kind, seed, name }: Run): Promise<Outcome | undefined> {
  const folder = join(out, name);
  if (!existsSync(join(folder, "experiment.json")) || !existsSync(join(folder, "events.jsonl"))) return undefined;
  let [testAccuracy, trainingLoss, imagesPerSecond, ended] = [Number.NaN, Number.NaN, Number.NaN, false];
  for await (const event of followEvents(folder, { follow: false })) {
    if (event.type === "epoch") {
      trainingLoss = event.loss;
      imagesPerSecond = event.clock.imagesPerSecond ?? Number.NaN;
    }
    if (event.type === "member-end") testAccuracy = 100 * event.accuracy.test;
    if (event.type === "run-end") ended = event.reason === "finished";
  }
  return ended ? { kind, seed, testAccuracy, trainingLoss, imagesPerSecond } : undefined;
}

/** Refuses a folder of runs that were made otherwise. */
async function claim({ out }: Options, config: Config): Promise<void> {
  await mkdir(out, { recursive: true });
  const [file, wanted] = [join(out, "study.json"), `${JSON.stringify(config, undefined, 2)}\n`];
  if (!existsSync(file)) return writeFile(file, wanted);
  if ((await readFile(file, "utf8")) !== wanted) {
    throw new UserError(`bench gradients: ${out} holds runs of another recipe (see ${file}). Choose another folder with --out.`);
  }
}

/** Trains one in a process of its own. */
function start(options: Options, { kind, seed, name }: Run): { readonly done: Promise<void>; readonly stop: () => void } {
  const config: Config = { ...recipe(options), seed, backend: { name: "wasm", threads: 1, gradients: kind }, parallel: 1 };
  const child = fork(join(import.meta.dirname, "gradients", "study-run.ts"), [options.out, name, JSON.stringify(config)], {
    execArgv: ["--conditions=source"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints = (complaints + text).slice(-2000)));
  const done = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`bench gradients: the run ${name} failed (${code ?? "killed"}):\n${complaints.trim()}`));
    });
  });
  return { done, stop: () => void child.kill() };
}

/** Trains what is missing, some at a time, and reports each on standard error. */
async function trainAll(options: Options, missing: readonly Run[]): Promise<void> {
  const startedAt = performance.now();
  const queue = missing.values();
  const running = new Set<() => void>();
  let ended = 0;
  const work = async (): Promise<void> => {
    for (const run of queue) {
      const { done, stop } = start(options, run);
      running.add(stop);
      await done;
      running.delete(stop);
      const minutes = ((performance.now() - startedAt) / 60_000 / ++ended) * (missing.length - ended);
      const { testAccuracy = Number.NaN } = (await outcomeOf(options.out, run)) ?? {};
      console.error(
        `${run.name}: ${testAccuracy.toFixed(2)} % of the test images right; ${ended} of ${missing.length} runs done, about ${Math.ceil(minutes)} min left`,
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, missing.length) }, work));
  } finally {
    for (const stop of running) stop();
  }
}

export const gradients: Subject<Options> = {
  describe: (command) =>
    command
      .description(
        "Trains the same networks with exact and with quantized gradients, a seed each and one thread each, side by side, and compares.",
      )
      .option("--data <folder>", "CIFAR-10's binary files, which may hold fewer images; the built-in sample if absent")
      .option("--out <folder>", "for the runs; what is there already is gone on with", "runs/gradients")
      .option("--seeds <n>", "runs of each kind, at least 2", count, 5)
      .option("--workers <n>", "runs at a time; one per core if absent", count, availableParallelism())
      .option("--epochs <n>", "of each run", count, 10)
      .option("--width <factor>", "of the semi-binary NIN", factor, 0.5)
      .option("--train-rows <n>", "training images; 10,000 with --data, else all", count)
      .option("--test-rows <n>", "test images; all if absent", count)
      .addHelpText(
        "after",
        "\nExamples:\n  pnpm bench gradients --data cifar-10-batches-bin\n  pnpm bench gradients --epochs 2 --width 0.125 --seeds 2",
      ),
  async *measure(options) {
    if (options.seeds < 2) throw new UserError("bench gradients: one seed tells no difference from chance. Give --seeds 2 or more.");
    // Seed by seed, so that a study that is cut short has pairs.
    const runs = Array.from({ length: options.seeds }, (_, seed) =>
      KINDS.map((kind): Run => ({ kind, seed, name: `${kind}-${seed}` })),
    ).flat();
    await claim(options, recipe(options));
    const found = await Promise.all(runs.map((run) => outcomeOf(options.out, run)));
    const missing = runs.filter((_, i) => !found[i]);
    if (missing.length > 0) await trainAll(options, missing);
    const outcomes = await Promise.all(runs.map((run) => outcomeOf(options.out, run)));
    const compared = (name: string, what: "testAccuracy" | "trainingLoss" | "imagesPerSecond"): Row => {
      const [exact, int16] = KINDS.map((kind) => outcomes.flatMap((outcome) => (outcome?.kind === kind ? [outcome[what]] : [])));
      return row(name, compare(exact ?? [], int16 ?? []));
    };
    const { seeds, width, epochs } = options;
    yield {
      title: `Semi-binary NIN, width ${width}, ${epochs} epochs, ${seeds} seeds each, one thread a run: means and standard deviations`,
      rows: [
        compared("test accuracy, %", "testAccuracy"),
        compared("training loss", "trainingLoss"),
        compared("images/s", "imagesPerSecond"),
      ],
      notes: ["The interval of 95 % is that of the pairs of one seed."],
    };
  },
};

function row(name: string, { means, deviations, difference, welch, paired }: Comparison): Row {
  return {
    "": name,
    exact: means[0],
    "±": deviations[0],
    int16: means[1],
    "± ": deviations[1],
    difference,
    "95 % from": paired.interval[0],
    to: paired.interval[1],
    "p, paired": paired.p,
    "p, Welch": welch.p,
  };
}
