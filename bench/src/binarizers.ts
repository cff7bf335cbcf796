// `pnpm bench binarizers`: what a binarizer costs beside `deterministic`, in training and in evaluation.
import { approxSign, deterministic, ede, recu, rsign } from "@benn/binarize";
import type { Binarizer } from "@benn/core";
import { Option } from "commander";
import type * as tf from "@benn/core/tensorflow";
import { declaredBinarizer, ownBinarizer } from "./binarizers/own-binarizer.ts";
import { count, factor, someOf } from "./option-values.ts";
import { type Contestant, race, type Result, spreadOf } from "./race.ts";
import type { Subject } from "./subject.ts";
import type { Row, Table } from "./table.ts";
import { BACKENDS, type BackendName, setUpDevice } from "./train/device.ts";
import { NETS, type Net, trainingStep } from "./train/training-step.ts";

const BINARIZERS: Readonly<Record<string, Binarizer>> = {
  deterministic,
  "approx-sign": approxSign,
  ede,
  rsign,
  recu,
  "own-declared": declaredBinarizer,
  "own-undeclared": ownBinarizer,
};
const [STANDARD] = Object.keys(BINARIZERS) as [string];

interface Options {
  readonly backend: BackendName;
  readonly net: readonly Net[];
  readonly batch: number;
  readonly width: number;
  readonly threads: number;
  readonly rounds: number;
  readonly steps: number;
  readonly binarizers: readonly string[];
}

export const binarizers: Subject<Options> = {
  describe: (command) =>
    command
      .description("Time of a step with each binarizer, turn by turn with deterministic, in training and in evaluation.")
      .addOption(new Option("--backend <name>", "that computes").choices(BACKENDS).default("wasm"))
      .option("--net <names>", `of ${NETS.join(", ")}`, someOf(NETS), ["sb"])
      .option("--binarizers <list>", "beside deterministic", someOf(Object.keys(BINARIZERS)), Object.keys(BINARIZERS))
      .option("--batch <n>", "images a step", count, 128)
      .option("--width <factor>", "of the network", factor, 1)
      .option("--threads <n>", "of the engine in WebAssembly", count, 2)
      .option("--rounds <n>", "in which every binarizer has a turn", count, 5)
      .option("--steps <n>", "a turn", count, 2)
      .addHelpText(
        "after",
        `
own-* is a plugin's binarizer that is written with TensorFlow.js alone: as it is, and
with its gradient declared (surrogate).

Examples:
  pnpm bench binarizers --net sb,resnet20
  pnpm bench binarizers --backend webgpu --steps 20`,
      ),
  async *measure(options) {
    await setUpDevice(options.backend, options.threads, "exact");
    for (const net of options.net) for (const kind of ["training", "evaluation"] as const) yield await tableOf(net, kind, options);
  },
};

/** Milliseconds a step, of one turn. */
interface Turn {
  readonly wall: number;
  /** Of all threads: what else the machine does adds little to it. */
  readonly cpu: number;
}

async function tableOf(net: Net, kind: "training" | "evaluation", options: Options): Promise<Table> {
  const { width, batch, rounds, steps } = options;
  const names = [STANDARD, ...options.binarizers.filter((name) => name !== STANDARD)];
  const trained = names.map((name) => ({ name, training: trainingStep({ net, width, batch, binarizer: BINARIZERS[name]! }) }));
  const turns = new Map<string, Turn[]>(names.map((name) => [name, []]));
  const contestants = trained.map(({ name, training }): Contestant => ({
    name,
    async turn(round) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      let last: tf.Tensor | undefined;
      for (let i = 0; i < steps; i++) {
        last?.dispose();
        last = kind === "training" ? training.begin() : training.beginForward();
      }
      await last?.data();
      last?.dispose();
      const [wall, used] = [(performance.now() - start) / steps, process.cpuUsage(before)];
      if (round >= 0) turns.get(name)?.push({ wall, cpu: (used.user + used.system) / 1000 / steps });
      return wall;
    },
  }));
  try {
    const { results, failures } = await race(contestants, rounds);
    const standard = turns.get(STANDARD) ?? [];
    return {
      title: `${net}, width ${width}, batch ${batch}: ${kind}, median of ${rounds} rounds of ${steps} steps`,
      rows: results.map((result) => rowOf(result, batch, turns.get(result.contestant.name) ?? [], standard)),
      notes: [`×: the time of this binarizer over that of ${STANDARD} in the same round; CPU: of all threads`, ...failures],
    };
  } finally {
    for (const { training } of trained) training.dispose();
  }
}

function rowOf({ contestant, median }: Result<Contestant>, batch: number, own: readonly Turn[], standard: readonly Turn[]): Row {
  const ratio = (of: keyof Turn) => spreadOf(own.map((turn, round) => turn[of] / standard[round]![of]));
  const [wall, cpu] = [ratio("wall"), ratio("cpu")];
  return {
    "": contestant.name,
    "images/s": (1000 * batch) / median,
    ms: median,
    "×": wall.median,
    from: wall.least,
    to: wall.most,
    "CPU ms": spreadOf(own.map((turn) => turn.cpu)).median,
    "CPU ×": cpu.median,
    "from ": cpu.least,
    "to ": cpu.most,
  };
}
