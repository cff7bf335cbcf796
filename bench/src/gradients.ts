// `pnpm bench gradients`: whether training with quantized gradients reaches the same accuracy as with exact ones.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Config, UserError } from "@benn/core";
import { followEvents, threadExecutor, train } from "@benn/core/node";
import { compare } from "./gradients/compare.ts";
import { studyContainer } from "./gradients/study-container.ts";
import { count, factor } from "./option-values.ts";
import type { Subject } from "./subject.ts";
import type { Row } from "./table.ts";

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

/** Of the members of a run, in their order. */
interface Outcomes {
  /** In percent. */
  readonly accuracy: number[];
  /** Mean over the last epoch. */
  readonly loss: number[];
  readonly imagesPerSecond: number[];
}

export const gradients: Subject<Options> = {
  describe: (command) =>
    command
      .description(
        "Trains the same networks with exact and with quantized gradients, members of one independent run of each kind, side by side, and compares.",
      )
      .option("--data <folder>", "CIFAR-10's binary files, which may hold fewer images; the built-in sample if absent")
      .option("--out <folder>", "for the two runs; what is there already is gone on with", "runs/gradients")
      .option("--seeds <n>", "members of each kind, each with a seed of its own; at least 2", count, 5)
      .option("--workers <n>", "members at a time; one per core if absent", count, availableParallelism())
      .option("--epochs <n>", "of each member", count, 10)
      .option("--width <factor>", "of the semi-binary NIN", factor, 0.5)
      .option("--train-rows <n>", "training images; 10,000 with --data, else all", count)
      .option("--test-rows <n>", "test images; all if absent", count)
      .addHelpText(
        "after",
        "\nExamples:\n  pnpm bench gradients --data cifar-10-batches-bin\n  pnpm bench gradients --epochs 2 --width 0.125 --seeds 2",
      ),
  async *measure(options) {
    if (options.seeds < 2) throw new UserError("bench gradients: one seed cannot show a difference beyond chance. Give --seeds 2 or more.");
    const exact = await trainAll("exact", options);
    const int16 = await trainAll("int16", options);
    const { seeds, width, epochs } = options;
    yield {
      title: `Semi-binary NIN, width ${width}, ${epochs} epochs, ${seeds} seeds each: means and standard deviations`,
      rows: [
        row("test accuracy, %", exact.accuracy, int16.accuracy),
        row("training loss", exact.loss, int16.loss),
        row("images/s", exact.imagesPerSecond, int16.imagesPerSecond),
      ],
      notes: ["The interval of 95 % is that of the pairs of one seed."],
    };
  },
};

/** Trains the missing members of a run, and reports each member on standard error. */
async function trainAll(kind: "exact" | "int16", options: Options): Promise<Outcomes> {
  const { data, out, seeds, workers, epochs, width, trainRows = data === undefined ? undefined : 10_000, testRows } = options;
  const config: Config = {
    name: kind,
    dataset: { name: "cifar10", ...(data && { data }), ...(trainRows && { trainRows }), ...(testRows && { testRows }) },
    architecture: { name: "nin", width },
    members: seeds,
    mode: "independent",
    parallel: workers,
    epochs,
    scoreEvery: epochs,
    backend: { name: "wasm", gradients: kind },
  };
  const folder = join(out, kind);
  const run = train(config, {
    container: await studyContainer(),
    out,
    ...(existsSync(folder) && { resume: folder }),
    executor: threadExecutor(
      (config) =>
        new Worker(new URL("gradients/member-thread.ts", import.meta.url), { workerData: { config }, execArgv: ["--conditions=source"] }),
    ),
  });
  for await (const event of run) {
    if (event.type !== "member-end") continue;
    console.error(
      `${kind}, seed ${event.member}: ${(100 * (event.metrics["accuracy"]?.test ?? Number.NaN)).toFixed(2)} % of the test images right`,
    );
  }
  const outcomes: Outcomes = { accuracy: [], loss: [], imagesPerSecond: [] };
  for await (const event of followEvents(folder, { follow: false })) {
    if (event.type === "member-end") outcomes.accuracy[event.member] = 100 * (event.metrics["accuracy"]?.test ?? Number.NaN);
    if (event.type !== "epoch") continue;
    outcomes.loss[event.member] = event.loss;
    outcomes.imagesPerSecond[event.member] = event.clock.imagesPerSecond ?? Number.NaN;
  }
  return outcomes;
}

function row(name: string, exact: readonly number[], int16: readonly number[]): Row {
  const { means, deviations, difference, welch, paired } = compare(exact, int16);
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
