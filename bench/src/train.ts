// `pnpm bench train`: images per second in whole training steps, in alternating turns with other engines.
import type { DeviceLimits } from "@benn/core";
import { Option } from "commander";
import { bf16Line, thisMachine } from "./machine.ts";
import { ofLimit } from "./of-limit.ts";
import { count, counts, factor, someOf } from "./option-values.ts";
import { race, type Result } from "./race.ts";
import type { Subject } from "./subject.ts";
import type { Row, Table } from "./table.ts";
import { type ContestOptions, GRADIENTS, onGpu, PEERS, startTrainers, type Trainer } from "./train/contestants.ts";
import { BACKENDS } from "./train/device.ts";
import { NETS, type Net } from "./train/training-step.ts";

interface Options extends ContestOptions {
  readonly net: readonly Net[];
  readonly rounds: number;
}

export const train: Subject<Options> = {
  describe: (command) =>
    command
      .description(
        "Images a second through whole training steps (projection, forward, loss, backward, Adam), turn by turn with other engines.",
      )
      .addOption(
        new Option("--backend <name>", "that trains; a GPU's is measured beside wasm, and PyTorch on CUDA")
          .choices(BACKENDS)
          .default("wasm"),
      )
      .option("--net <names>", `of ${NETS.join(", ")}`, someOf(NETS), ["sb"])
      .option("--batch <n>", "images a step", count, 128)
      .option("--width <factor>", "of the network", factor, 1)
      .option("--threads <list>", "of this engine; peers take the most of them", counts, [1, 2])
      .option("--gradients <list>", `of the engine in WebAssembly: ${GRADIENTS.join(", ")}`, someOf(GRADIENTS), ["exact"])
      .option("--rounds <n>", "in which everybody has a turn", count, 5)
      .option("--steps <n>", "a turn", count, 2)
      .option("--peers <list>", `of ${PEERS.join(", ")}; "" for none`, someOf(PEERS), [...PEERS])
      .option("--python <command>", "that runs a Python with PyTorch, again for another one", (text, all: string[]) => [...all, text], [])
      .option("--forward", "measure evaluation instead", false)
      .addHelpText(
        "after",
        `
Examples:
  pnpm bench train --net sb,ab,resnet20
  pnpm bench train --threads 1,2,4 --peers pytorch --json
  pnpm bench train --net sb --width 0.25 --batch 64 --peers ""
  pnpm bench train --gradients exact,int16
  pnpm bench train --python DIR/bin/python
  pnpm bench train --python /usr/bin/python3 --python "chroot DIR python3"
  pnpm bench train --forward
  pnpm bench train --backend webgpu --net sb,resnet20 --steps 50

PyTorch takes part in each layout, in float32 and autocast to bfloat16, as it is and by torch.compile, by every --python, or where "python3" or
"/usr/bin/python3" can import torch. Compiling takes minutes, by a C++ compiler, before the first step. The PyTorch of today, in a folder of its
own (5 GB, since PyPI's has CUDA with it): python3 -m venv DIR && DIR/bin/pip install torch, then --python DIR/bin/python. A Python in a chroot wants its /proc (mount --bind /proc DIR/proc): without, PyTorch finds no AVX.
tfjs-backend-wasm is tuned: its slow kernels are replaced by its fast ones. onnxruntime-node, with the semi-binary NIN's step as a graph of
ONNX, takes part where "pnpm bench infer --fetch" has put it.`,
      ),
  async *measure(options) {
    for (const net of options.net) yield await tableOf(net, options);
  },
};

async function tableOf(net: Net, options: Options): Promise<Table> {
  const { trainers, absent } = await startTrainers(net, options);
  try {
    const before = await Promise.all(trainers.map(({ engine }) => engine.limits()));
    const { results, failures } = await race(trainers, options.rounds);
    const rate = ({ contestant, median }: Result<Trainer>): number => (1000 * contestant.batch) / median;
    const best = (kind: Trainer["kind"]): Result<Trainer> | undefined =>
      results.filter(({ contestant }) => contestant.kind === kind).toSorted((a, b) => rate(b) - rate(a))[0];
    const [own, torch] = [best("ours"), best("pytorch")];
    const notes = torch ? [`PyTorch's best form: ${torch.contestant.name}`] : [];
    if (torch && !onGpu(options.backend)) notes.push(bf16Line(thisMachine()));
    for (const result of results) {
      const probed = [before[trainers.indexOf(result.contestant)], await result.contestant.engine.limits()];
      notes.push(...limitNotes(result, probed, options.forward));
    }
    const what = options.forward ? "evaluation" : "training";
    return {
      title: `${net}, width ${options.width}: ${what}, median of ${options.rounds} rounds of up to ${options.steps} steps`,
      rows: results.map((result): Row => {
        const { contestant, median, least, most } = result;
        return {
          "": contestant.name,
          "images/s": rate(result),
          least: (1000 * contestant.batch) / most,
          most: (1000 * contestant.batch) / least,
          "ms a step": median,
          ...(own && { [`${own.contestant.name} ÷ this`]: rate(own) / rate(result) }),
          ...(torch && { "this ÷ PyTorch's best": rate(result) / rate(torch) }),
          "MiB resident": Math.round(contestant.engine.rss / 2 ** 20),
        };
      }),
      notes: [...notes, ...[...absent, ...failures].map((reason) => `not taking part: ${reason}`)],
    };
  } finally {
    for (const { engine } of trainers) engine.close();
  }
}

/** How much of its device's throughput a trainer uses, if the device reports it. */
function limitNotes(
  { contestant, median, least }: Result<Trainer>,
  probed: readonly (DeviceLimits | undefined)[],
  forward: boolean,
): string[] {
  const { description, macs } = contestant.engine;
  const limits = probed.filter((limit) => limit !== undefined);
  if (!macs || limits.length === 0) return [];
  const speed = (milliseconds: number): number => (1000 * macs[forward ? "forward" : "train"]) / milliseconds;
  const { limit, percent } = ofLimit(speed(median), [speed(least), ...limits.map(({ multiplyAdds }) => multiplyAdds)]);
  const bytes = Math.max(...limits.map((each) => each.bytes));
  const run = (32 * 100 * 50_000 * median) / contestant.batch / 3_600_000;
  return [
    `${contestant.name}, on ${description}: ${percent.toFixed(1)} % of the most that was seen here, ${((2 * limit) / 1e12).toFixed(2)} float32 TFLOP/s (${(bytes / 1e9).toFixed(0)} GB/s of memory)` +
      (forward ? "" : `; 32 members × 100 epochs of CIFAR-10 in ${run.toFixed(1)} h`),
  ];
}
