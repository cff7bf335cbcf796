import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { absence, peerVersion } from "../peers.ts";
import type { Contestant } from "../race.ts";
import type { BackendName } from "./device.ts";
import { type EngineProcess, startEngine, type StepKind } from "./engine-process.ts";
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
  /** Commands that run a Python with PyTorch; one that is found if none is given. */
  readonly python: readonly string[];
  readonly forward: boolean;
}

/** An engine that trains in turn with others. */
export interface Trainer extends Contestant {
  readonly kind: "ours" | "ours, rounded" | "pytorch" | "other";
  readonly batch: number;
  readonly engine: EngineProcess;
}

/** How to start one. */
interface Plan {
  /** As it is named where it does not start; then it tells its version. */
  readonly who: string;
  readonly form: string;
  readonly kind: Trainer["kind"];
  readonly batch: number;
  readonly command: string;
  readonly args: readonly (string | number)[];
}

const SERVE = ["--conditions=source", join(import.meta.dirname, "serve.ts")];
const inWords = (threads: number): string => `${threads} thread${threads > 1 ? "s" : ""}`;
/** Whether a backend computes on a GPU, where PyTorch is raced on CUDA. */
export const onGpu = (backend: BackendName): boolean => backend === "webgpu" || backend === "node-gpu";

/**
 * Starts everybody who takes part in training a network.
 * @returns those that are ready, our own first, and why others are not
 */
export async function startTrainers(
  net: Net,
  options: ContestOptions,
): Promise<{ readonly trainers: readonly Trainer[]; readonly absent: readonly string[] }> {
  const absent: string[] = [];
  const plans = [...ours(net, options), ...pytorch(net, options, absent), ...others(net, options, absent)];
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

/** Of a turn, if more than one step takes less. */
const LONGEST_TURN_MILLISECONDS = 4000;

function trainer(given: Pick<Trainer, "name" | "kind" | "batch" | "engine">, { steps, forward }: ContestOptions): Trainer {
  const kind: StepKind = forward ? "forward" : "train";
  let fitting = 3; // to warm up
  return {
    ...given,
    async turn() {
      const milliseconds = await given.engine.run(kind, Math.min(steps, fitting));
      fitting = Math.ceil(LONGEST_TURN_MILLISECONDS / milliseconds);
      return milliseconds;
    },
  };
}

function ours(net: Net, { backend, batch, width, threads, gradients }: ContestOptions): Plan[] {
  const plan = (form: string, backend: BackendName, count: number, kind = "exact"): Plan => {
    const args = [...SERVE, backend, net, width, batch, count, kind];
    return { who: "benn", form, kind: kind === "exact" ? "ours" : "ours, rounded", batch, command: process.execPath, args };
  };
  const wasm = (count: number, kind: string): Plan => plan(`${inWords(count)}${kind === "exact" ? "" : `, ${kind}`}`, "wasm", count, kind);
  const most = Math.max(...threads);
  if (backend !== "wasm") return [wasm(most, "exact"), plan(backend, backend, most)];
  return gradients.flatMap((kind) => threads.map((count) => wasm(count, kind)));
}

/** PyTorch in each layout and each type of numbers, of every Python that imports it. */
function pytorch(net: Net, { backend, batch, width, threads, peers, python }: ContestOptions, absent: string[]): Plan[] {
  if (!peers.includes("pytorch")) return [];
  const found = python.length > 0 ? python : ["python3", "/usr/bin/python3"].filter(importsTorch).slice(0, 1);
  if (found.length === 0) absent.push("PyTorch: no python3 here imports torch; name one with --python");
  // The script goes along as text: a Python in another root sees no files of this one.
  const script = readFileSync(join(import.meta.dirname, "../../peers/train_step.py"), "utf8");
  const most = Math.max(...threads);
  const [device, numbers] = onGpu(backend) ? ["cuda", ["float32", "tf32", "bf16"]] : [String(most), ["float32", "bf16"]];
  return found.flatMap((python) => {
    const [command = "", ...before] = python.split(" ").filter(Boolean);
    return ["NCHW", "channels_last"].flatMap((layout) =>
      numbers.map((type): Plan => {
        const form = `${layout}, ${type}, ${device === "cuda" ? device : inWords(most)}`;
        return {
          who: `PyTorch of "${python}"`,
          form,
          kind: "pytorch",
          batch,
          command,
          args: [...before, "-c", script, net, width, batch, device, layout, type],
        };
      }),
    );
  });
}

function importsTorch(python: string): boolean {
  return spawnSync(python, ["-c", "import torch"]).status === 0;
}

function others(net: Net, { backend, batch, width, threads, peers, forward }: ContestOptions, absent: string[]): Plan[] {
  if (backend !== "wasm") return [];
  const plans: Plan[] = [];
  const plan = (who: string, form: string, batch: number, threads: number): void =>
    void plans.push({
      who,
      form,
      kind: "other",
      batch,
      command: process.execPath,
      args: [...SERVE, who, net, width, batch, threads, "exact"],
    });
  if (peers.includes("tfjs-wasm")) {
    // Its 4 GiB do not hold NIN's batch of 128 at full width, and smaller ones are no slower.
    const smaller = net === "resnet20" ? batch : Math.max(1, Math.min(batch, Math.floor(32 / width)));
    plan("tfjs-wasm", `tuned, batch ${smaller}`, smaller, 1);
  }
  if (peers.includes("onnxruntime-node") && net === "sb" && !forward) {
    const most = Math.max(...threads);
    if (peerVersion("onnxruntime-node") === undefined) absent.push(absence("onnxruntime-node"));
    else plan("onnxruntime-node", inWords(most), batch, most);
  }
  return plans;
}
