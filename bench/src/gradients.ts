// `pnpm bench gradients`: whether training with quantized gradients comes to the same accuracy as with exact ones.
import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { type Config, UserError } from "@benn/core";
import { followEvents } from "@benn/core/node";
import { Command, Option } from "commander";
import { type Comparison, compare } from "./gradients/compare.ts";

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
  readonly json: boolean;
}

function parse(args: readonly string[]): Options {
  const options = new Command("pnpm bench gradients")
    .description(
      "Trains the same networks with exact and with quantized gradients, a seed each and one thread each, side by side, and compares.",
    )
    .addOption(new Option("--data <folder>", "CIFAR-10's binary files, which may hold fewer images; the built-in sample if absent"))
    .addOption(new Option("--out <folder>", "for the runs; what is there already is gone on with").default("runs/gradients"))
    .addOption(new Option("--seeds <n>", "runs of each kind").argParser(Number).default(5))
    .addOption(new Option("--workers <n>", "runs at a time").argParser(Number).default(availableParallelism(), "one per core"))
    .addOption(new Option("--epochs <n>", "of each run").argParser(Number).default(10))
    .addOption(new Option("--width <factor>", "of the semi-binary NIN").argParser(Number).default(0.5))
    .addOption(new Option("--train-rows <n>", "training images; 10,000 with --data, else all").argParser(Number))
    .addOption(new Option("--test-rows <n>", "test images; all if absent").argParser(Number))
    .option("--json", "print JSON instead of a table", false)
    .addHelpText(
      "after",
      "\nExamples:\n  pnpm bench gradients --data cifar-10-batches-bin\n  pnpm bench gradients --epochs 2 --width 0.125 --seeds 2",
    )
    .parse(args, { from: "user" })
    .opts<Options>();
  return options.data !== undefined && options.trainRows === undefined ? { ...options, trainRows: 10_000 } : options;
}

/** What every run has in common. */
function recipe({ data, epochs, width, trainRows, testRows }: Options): Config {
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

const children = new Set<ReturnType<typeof fork>>();

function trainOne(options: Options, { kind, seed, name }: Run, onShare: (share: number) => void): Promise<void> {
  const config: Config = { ...recipe(options), seed, backend: { name: "wasm", threads: 1, gradients: kind }, parallel: 1 };
  const child = fork(join(import.meta.dirname, "gradients", "study-run.ts"), [options.out, name, JSON.stringify(config)], {
    execArgv: ["--conditions=source"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  children.add(child);
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints = (complaints + text).slice(-2000)));
  child.on("message", ({ share }: { share: number }) => onShare(share));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      children.delete(child);
      if (code === 0) resolve();
      else reject(new Error(`bench gradients: the run ${name} failed (${code ?? "killed"}):\n${complaints.trim()}`));
    });
  });
}

/** Trains what is missing, some at a time, and says how it goes. */
async function trainAll(options: Options, missing: readonly Run[]): Promise<void> {
  const shares = new Map<string, number>();
  const before = new Map<string, number>();
  const startedAt = performance.now();
  const say = (): void => {
    const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
    const [now, first] = [sum(shares.values()), sum(before.values())];
    const minutes = (((performance.now() - startedAt) / 60_000) * (missing.length - now)) / (now - first);
    const left = Number.isFinite(minutes) && minutes >= 0 ? `, about ${Math.ceil(minutes)} min left` : "";
    const done = [...shares.values()].filter((share) => share === 1).length;
    console.error(`${done} of ${missing.length} runs done, ${((100 * now) / missing.length).toFixed(0)} % of all steps${left}`);
  };
  const timer = setInterval(say, 15_000);
  const queue = missing.values();
  const work = async (): Promise<void> => {
    for (const run of queue) {
      await trainOne(options, run, (share) => {
        // A run that goes on from a checkpoint has a head start.
        if (!before.has(run.name)) before.set(run.name, share);
        shares.set(run.name, Math.min(share, 0.999));
      });
      shares.set(run.name, 1);
      const { testAccuracy = Number.NaN, imagesPerSecond = Number.NaN } = (await outcomeOf(options.out, run)) ?? {};
      console.error(`${run.name}: ${testAccuracy.toFixed(2)} % of the test images right, ${imagesPerSecond.toFixed(0)} images/s`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, missing.length) }, work));
  } finally {
    clearInterval(timer);
    for (const child of children) child.kill();
  }
}

export async function gradients(args: readonly string[]): Promise<void> {
  const options = parse(args);
  // Seed by seed, so that a study that is cut short has pairs.
  const runs = Array.from({ length: options.seeds }, (_, seed) =>
    KINDS.map((kind): Run => ({ kind, seed, name: `${kind}-${seed}` })),
  ).flat();
  await claim(options, recipe(options));
  const found = await Promise.all(runs.map((run) => outcomeOf(options.out, run)));
  const missing = runs.filter((_, i) => !found[i]);
  if (missing.length > 0) await trainAll(options, missing);
  const outcomes = await Promise.all(runs.map((run) => outcomeOf(options.out, run)));
  const of = (kind: Kind, what: "testAccuracy" | "trainingLoss" | "imagesPerSecond"): number[] =>
    outcomes.flatMap((outcome) => (outcome?.kind === kind ? [outcome[what]] : []));
  const comparisons = {
    testAccuracy: compare(of("exact", "testAccuracy"), of("int16", "testAccuracy")),
    trainingLoss: compare(of("exact", "trainingLoss"), of("int16", "trainingLoss")),
    imagesPerSecond: compare(of("exact", "imagesPerSecond"), of("int16", "imagesPerSecond")),
  };
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, Node ${process.versions.node}`;
  if (options.json) {
    console.log(JSON.stringify({ machine, options, recipe: recipe(options), outcomes, comparisons }, undefined, 2));
    return;
  }
  const { seeds, width, epochs, trainRows } = options;
  console.log(
    `\nsemi-binary NIN, width ${width}, ${trainRows ?? "all"} training images, ${epochs} epochs, ${seeds} seeds each, one thread a run; ${machine}`,
  );
  console.log(
    `${"".padEnd(18)}${["exact", "int16", "difference", "95 % interval", "p, paired", "p, Welch"].map((head) => head.padStart(18)).join("")}`,
  );
  row("test accuracy, %", comparisons.testAccuracy, 2);
  row("training loss", comparisons.trainingLoss, 4);
  row("images/s", comparisons.imagesPerSecond, 1);
  console.log("Mean ± standard deviation; the interval is that of the pairs of one seed.");
}

function row(name: string, { means, deviations, difference, welch, paired }: Comparison, digits: number): void {
  const cells = [
    ...([0, 1] as const).map((i) => `${means[i].toFixed(digits)} ± ${deviations[i].toFixed(digits)}`),
    difference.toFixed(digits),
    paired.interval.map((end) => end.toFixed(digits)).join(" to "),
    paired.p.toFixed(3),
    welch.p.toFixed(3),
  ];
  console.log(`${name.padEnd(18)}${cells.map((cell) => cell.padStart(18)).join("")}`);
}
