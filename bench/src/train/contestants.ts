import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { absence, peerVersion } from "../peers.ts";
import type { Contestant } from "../race.ts";
import type { BackendName } from "./device.ts";
import { type EngineProcess, startEngine } from "./engine-process.ts";
import type { Net } from "./training-step.ts";

export const GRADIENTS = ["exact", "int16"] as const;
export const PEERS = ["tfjs-wasm", "pytorch", "onnxruntime-node"] as const;

export interface ContestOptions {
  readonly backend: BackendName;
  readonly batch: number;
  readonly width: number;
  readonly threads: readonly number[];
  readonly gradients: readonly (typeof GRADIENTS)[number][];
  readonly steps: number;
  readonly peers: readonly (typeof PEERS)[number][];
  /** Commands that run a Python with PyTorch; default: one that is found. */
  readonly python: readonly string[];
  readonly forward: boolean;
}

/** An engine that trains in turns with others. */
export interface Trainer extends Contestant {
  readonly kind: "ours" | "ours, rounded" | "pytorch" | "other";
  readonly batch: number;
  readonly engine: EngineProcess;
}

/** How to start one. */
interface Plan {
  /** Its name in the error if it does not start; once started it reports its version. */
  readonly who: string;
  readonly form: string;
  readonly kind: Trainer["kind"];
  readonly batch: number;
  readonly command: string;
  readonly args: readonly (string | number)[];
}

const inWords = (threads: number): string => `${threads} thread${threads > 1 ? "s" : ""}`;
/** Whether a backend computes on a GPU, in which case PyTorch runs on CUDA. */
export const onGpu = (backend: BackendName): boolean => backend === "webgpu" || backend === "node-gpu";

/**
 * Starts all participants for training a network.
 * @returns those that are ready, our own first, and why others are not
 */
export async function startTrainers(
  net: Net,
  options: ContestOptions,
): Promise<{ readonly trainers: readonly Trainer[]; readonly absent: readonly string[] }> {
  const absent: string[] = [];
  const plans = [...served(net, options, absent), ...pytorch(net, options, absent)];
  const started = await Promise.all(
    plans.map(({ who, form, kind, batch, command, args }) =>
      startEngine(command, args.map(String)).then(
        (engine) => trainer({ name: `${engine.version}, ${form}`, kind, batch, engine }, options),
        (error: Error) => void absent.push(`${who}, ${form}: ${error.message}`),
      ),
    ),
  );
  return { trainers: started.filter((one) => one !== undefined), absent };
}

/** Maximum duration of a turn, unless a single step takes longer. */
const LONGEST_TURN_MILLISECONDS = 4000;

function trainer(given: Pick<Trainer, "name" | "kind" | "batch" | "engine">, { steps, forward }: ContestOptions): Trainer {
  let fitting = 3; // to warm up
  return {
    ...given,
    async turn(round) {
      // The first step includes compilation, if there is any.
      if (round < 0) await given.engine.run(forward ? "forward" : "train", 1);
      const milliseconds = await given.engine.run(forward ? "forward" : "train", Math.min(steps, fitting));
      fitting = Math.ceil(LONGEST_TURN_MILLISECONDS / milliseconds);
      return milliseconds;
    },
  };
}

/** Our own backends, and the peers that run in Node. */
function served(net: Net, { backend, batch, width, threads, gradients, peers, forward }: ContestOptions, absent: string[]): Plan[] {
  const most = Math.max(...threads);
  const plan = (
    kind: Trainer["kind"],
    who: string,
    form: string,
    count = most,
    more: { batch?: number; gradients?: string } = {},
  ): Plan => {
    const args = ["--conditions=source", join(import.meta.dirname, "serve.ts"), who, net, width, more.batch ?? batch, count];
    return { who, form, kind, batch: more.batch ?? batch, command: process.execPath, args: [...args, more.gradients ?? "exact"] };
  };
  if (backend !== "wasm") return [plan("ours", "wasm", inWords(most)), plan("ours", backend, backend)];
  const plans = gradients.flatMap((kind) =>
    threads.map((count) =>
      kind === "exact"
        ? plan("ours", "wasm", inWords(count), count)
        : plan("ours, rounded", "wasm", `${inWords(count)}, ${kind}`, count, { gradients: kind }),
    ),
  );
  if (peers.includes("tfjs-wasm")) {
    // Its 4 GiB do not hold NIN's batch of 128 at full width, and smaller ones are no slower.
    const smaller = net === "resnet20" ? batch : Math.max(1, Math.min(batch, Math.floor(32 / width)));
    plans.push(plan("other", "tfjs-wasm", `tuned, batch ${smaller}`, 1, { batch: smaller }));
  }
  if (peers.includes("onnxruntime-node") && net === "sb" && !forward) {
    if (peerVersion("onnxruntime-node") === undefined) absent.push(absence("onnxruntime-node"));
    else plans.push(plan("other", "onnxruntime-node", inWords(most)));
  }
  return plans;
}

/** PyTorch in each memory layout and number type, eager and compiled, of every Python that can import it. */
function pytorch(net: Net, { backend, batch, width, threads, peers, python }: ContestOptions, absent: string[]): Plan[] {
  if (!peers.includes("pytorch")) return [];
  const found = python.length > 0 ? python : ["python3", "/usr/bin/python3"].filter(importsTorch).slice(0, 1);
  if (found.length === 0) absent.push("PyTorch: no python3 here imports torch; name one with --python");
  // The script is passed as text: a Python in another root file system cannot see files of this one.
  const script = readFileSync(join(import.meta.dirname, "../../peers/train_step.py"), "utf8");
  const most = Math.max(...threads);
  const [device, place, types] = onGpu(backend)
    ? ["cuda", "CUDA", ["float32", "tf32", "bf16"]]
    : [most, inWords(most), ["float32", "bf16"]];
  return found.flatMap((python) => {
    const [command = "", ...before] = python.split(" ").filter(Boolean);
    return ["NCHW", "channels_last"].flatMap((layout) =>
      types.flatMap((type) =>
        ["eager", "compiled"].map((how): Plan => {
          const args = [...before, "-c", script, net, width, batch, device, layout, type, how];
          const form = [layout, type, ...(how === "compiled" ? ["torch.compile"] : []), place].join(", ");
          return { who: `PyTorch of "${python}"`, form, kind: "pytorch", batch, command, args };
        }),
      ),
    );
  });
}

function importsTorch(python: string): boolean {
  return spawnSync(python, ["-c", "import torch"]).status === 0;
}
