// `pnpm bench train`: images a second through whole training steps, turn by turn with other engines.
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { peerVersion } from "./infer/peers.ts";
import { type Contestant, startContestant } from "./train/contestant.ts";
import { BACKENDS, type BackendName, type DeviceLimits } from "./train/device.ts";
import { NETS, type Net } from "./train/training-step.ts";

const GRADIENTS = ["exact", "int16"] as const;
const PEERS = ["tfjs-wasm", "pytorch", "onnxruntime-node"] as const;
const HERE = import.meta.dirname;

interface Options {
  readonly backend: BackendName;
  readonly net: readonly Net[];
  readonly batch: number;
  readonly width: number;
  readonly threads: readonly number[];
  readonly gradients: readonly string[];
  readonly rounds: number;
  readonly steps: number;
  readonly peers: readonly string[];
  readonly forward: boolean;
  readonly json: boolean;
}

const numbers = (text: string): number[] => text.split(",").map(Number);
const words = (text: string): string[] => text.split(",").filter(Boolean);

function parse(args: readonly string[]): Options {
  const command = new Command("pnpm bench train")
    .description(
      "Images a second through whole training steps (projection, forward, loss, backward, Adam), turn by turn with other engines.",
    )
    .addOption(
      new Option("--backend <name>", "that trains; a GPU's is measured beside wasm, and PyTorch on CUDA").choices(BACKENDS).default("wasm"),
    )
    .addOption(new Option("--net <names>", `of ${NETS.join(", ")}`).argParser(words).default(["sb"], "sb"))
    .addOption(new Option("--batch <n>", "images a step").argParser(Number).default(128))
    .addOption(new Option("--width <factor>", "of the network").argParser(Number).default(1))
    .addOption(new Option("--threads <list>", "of this engine; peers take the most of them").argParser(numbers).default([1, 2], "1,2"))
    .addOption(
      new Option("--gradients <list>", `of the engine in WebAssembly: ${GRADIENTS.join(", ")}`)
        .argParser(words)
        .default(["exact"], "exact"),
    )
    .addOption(new Option("--rounds <n>", "in which everybody has a turn").argParser(Number).default(5))
    .addOption(new Option("--steps <n>", "a turn").argParser(Number).default(2))
    .addOption(new Option("--peers <list>", `of ${PEERS.join(", ")}; "" for none`).argParser(words).default([...PEERS], PEERS.join(",")))
    .option("--forward", "measure evaluation instead", false)
    .option("--json", "print JSON instead of tables", false)
    .addHelpText(
      "after",
      `
Examples:
  pnpm bench train --net sb,ab,resnet20
  pnpm bench train --threads 1,2,4 --peers pytorch --json
  pnpm bench train --net sb --width 0.25 --batch 64 --peers ""
  pnpm bench train --gradients exact,int16
  pnpm bench train --forward
  pnpm bench train --backend webgpu --net sb,resnet20 --steps 50

PyTorch takes part where "/usr/bin/python3" or "python3" can import torch; onnxruntime-node, with the semi-binary NIN's step as a graph
of ONNX, where "pnpm bench infer --fetch" has put it.`,
    );
  return command.parse(args, { from: "user" }).opts<Options>();
}

function pythonWithTorch(): string | undefined {
  return ["python3", "/usr/bin/python3"].find((python) => spawnSync(python, ["-c", "import torch"]).status === 0);
}

const SERVE = ["--conditions=source", join(HERE, "train", "serve.ts")];
const onGpu = (backend: BackendName): boolean => backend === "webgpu" || backend === "node-gpu";

async function contestants(net: Net, options: Options): Promise<(Contestant | string)[]> {
  const { backend, batch, width, threads, gradients, peers } = options;
  const most = Math.max(...threads);
  const node = process.execPath;
  const own = (name: string, backend: BackendName, count: number, ...more: string[]): Promise<Contestant | string> =>
    startContestant({ name, batch, command: node, args: [...SERVE, backend, net, String(width), String(batch), String(count), ...more] });
  const wasm = (count: number, kind: string) =>
    own(`benn, ${count} thread${count > 1 ? "s" : ""}${kind === "exact" ? "" : `, ${kind}`}`, "wasm", count, kind);
  const started =
    backend === "wasm"
      ? gradients.flatMap((kind) => threads.map((count) => wasm(count, kind)))
      : [wasm(most, "exact"), own(`benn, ${backend}`, backend, most)];
  const python = peers.includes("pytorch") ? pythonWithTorch() : undefined;
  if (peers.includes("pytorch") && !python) started.push(Promise.resolve("PyTorch: no python3 here imports torch"));
  if (python) {
    for (const layout of ["NCHW", "channels_last"]) {
      for (const device of onGpu(backend) ? ["cuda", "cuda-tf32"] : [`${most} threads`]) {
        const args = [join(HERE, "../peers/train_step.py"), net, String(width), String(batch), device.split(" ")[0] ?? "", layout];
        started.push(startContestant({ name: `PyTorch ${layout}, ${device}`, batch, command: python, args }));
      }
    }
  }
  if (backend === "wasm" && peers.includes("tfjs-wasm")) {
    // Its 4 GiB do not hold a batch of 128 at full width.
    const smaller = Math.max(1, Math.min(batch, Math.floor(32 / width)));
    const args = [...SERVE, "tfjs-wasm", net, String(width), String(smaller), "1"];
    started.push(startContestant({ name: `tfjs-backend-wasm, batch ${smaller}`, batch: smaller, command: node, args }));
  }
  if (backend === "wasm" && net === "sb" && !options.forward && peers.includes("onnxruntime-node")) {
    if (peerVersion("onnxruntime-node")) {
      const args = ["--conditions=source", join(HERE, "train", "serve-onnx.ts"), String(width), String(batch), String(most)];
      started.push(startContestant({ name: `onnxruntime-node, ${most} threads`, batch, command: node, args }));
    } else started.push(Promise.resolve("onnxruntime-node: not here; `pnpm bench infer --fetch` gets it"));
  }
  return Promise.all(started);
}

/** Of a contestant in a round, if more than one step takes less. */
const LONGEST_TURN_MILLISECONDS = 4000;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

interface Row {
  readonly net: Net;
  readonly name: string;
  readonly version: string;
  readonly batch: number;
  readonly millisecondsPerStep: number;
  readonly imagesPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly ratio: number;
  readonly residentMiB: number;
  readonly limits?: DeviceLimits | undefined;
  /** Share of the device's float32 multiply-adds. */
  readonly ofLimit?: number;
}

async function race(net: Net, options: Options): Promise<{ rows: Row[]; absent: string[] }> {
  const started = await contestants(net, options);
  const absent = started.filter((contestant) => typeof contestant === "string");
  let present = started.filter((contestant) => typeof contestant !== "string");
  const times = new Map<Contestant, number[]>(present.map((contestant) => [contestant, []]));
  const what = options.forward ? "forward" : "train";
  for (let round = -1; round < options.rounds; round++) {
    for (const contestant of present) {
      try {
        // Slow ones take fewer steps a turn; the first round warms up.
        const fitting = Math.ceil(LONGEST_TURN_MILLISECONDS / (median(times.get(contestant) ?? []) || 1));
        const ms = await contestant.run(what, round < 0 ? Math.min(3, options.steps) : Math.min(fitting, options.steps));
        if (round >= 0) times.get(contestant)?.push(...ms);
      } catch (error) {
        absent.push(error instanceof Error ? error.message : String(error));
        present = present.filter((other) => other !== contestant);
        times.delete(contestant);
      }
    }
  }
  const rate = (contestant: Contestant, ms: number): number => (1000 * contestant.batch) / ms;
  const best = [...times.keys()].findLast(({ name }) => name.startsWith("benn"));
  const reference = best ? rate(best, median(times.get(best) ?? [])) : Number.NaN;
  const rows = [...times].map(([contestant, ms]) => ({
    net,
    limits: contestant.limits,
    ...(contestant.limits && contestant.macs
      ? { ofLimit: contestant.macs[what] / (median(ms) / 1000) / (contestant.limits.teramacs * 1e12) }
      : {}),
    name: contestant.name,
    version: contestant.version,
    batch: contestant.batch,
    millisecondsPerStep: median(ms),
    imagesPerSecond: rate(contestant, median(ms)),
    slowest: rate(contestant, Math.max(...ms)),
    fastest: rate(contestant, Math.min(...ms)),
    ratio: reference / rate(contestant, median(ms)),
    residentMiB: contestant.rss / 2 ** 20,
  }));
  for (const contestant of started) if (typeof contestant !== "string") contestant.close();
  return { rows, absent };
}

export async function train(args: readonly string[]): Promise<void> {
  const options = parse(args);
  const unknown = options.net.find((net) => !NETS.includes(net));
  if (unknown !== undefined) throw new Error(`bench train: there is no net "${unknown}". There are: ${NETS.join(", ")}.`);
  const odd = options.gradients.find((kind) => !(GRADIENTS as readonly string[]).includes(kind));
  if (odd !== undefined) throw new Error(`bench train: gradients are not "${odd}", but one of ${GRADIENTS.join(", ")}.`);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const results = [];
  for (const net of options.net) {
    const { rows, absent } = await race(net, options);
    results.push(...rows);
    if (options.json) continue;
    const what = options.forward ? "evaluation" : "training";
    console.log(`\n${net}, width ${options.width}: ${what}, median of ${options.rounds} rounds of ${options.steps} steps; ${machine}`);
    console.log(`${"".padEnd(34)}  images/s  (least to most)     ms a step  engine's speed ÷ this  MiB resident  version`);
    for (const row of rows) {
      const spread = `(${row.slowest.toFixed(1)} to ${row.fastest.toFixed(1)})`;
      console.log(
        `${row.name.padEnd(34)}  ${row.imagesPerSecond.toFixed(1).padStart(8)}  ${spread.padEnd(18)}  ${row.millisecondsPerStep.toFixed(0).padStart(9)}` +
          `  ${row.ratio.toFixed(2).padStart(21)}  ${row.residentMiB.toFixed(0).padStart(12)}  ${row.version}`,
      );
    }
    for (const { name, limits, ofLimit, imagesPerSecond } of rows) {
      if (!limits || ofLimit === undefined) continue;
      console.log(
        `${name}: ${(100 * ofLimit).toFixed(1)} % of the device's limit of ${(2 * limits.teramacs).toFixed(1)} float32 TFLOP/s (${limits.gigabytes.toFixed(0)} GB/s of memory)` +
          (options.forward
            ? ""
            : `; 32 members × 100 epochs of CIFAR-10 in ${((32 * 100 * 50_000) / imagesPerSecond / 3600).toFixed(1)} h`),
      );
    }
    for (const reason of absent) console.log(`not taking part: ${reason}`);
  }
  if (options.json) console.log(JSON.stringify({ machine, options, results }, undefined, 2));
}
