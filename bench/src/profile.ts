// `pnpm bench profile`: where the time of a training step goes, kernel by kernel.
import { cpus } from "node:os";
import { registerWebgpuBackend } from "@benn/backend-webgpu";
import { Profiler, registerWasmBackend } from "@benn/backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { Command, Option } from "commander";
import { setUpDevice } from "./train/device.ts";
import { measureLimits } from "./train/limits.ts";
import { NETS, type Net, trainingStep } from "./train/training-step.ts";

interface Options {
  readonly backend: "wasm" | "webgpu";
  readonly net: Net;
  readonly batch: number;
  readonly width: number;
  readonly threads: number;
  readonly gradients: "exact" | "int16";
  readonly steps: number;
  readonly rows: number;
  readonly forward: boolean;
  readonly json: boolean;
}

function parse(args: readonly string[]): Options {
  return new Command("pnpm bench profile")
    .description("Where the time of a training step goes, kernel by kernel.")
    .addOption(new Option("--backend <name>", "that trains").choices(["wasm", "webgpu"]).default("wasm"))
    .addOption(new Option("--net <name>", "the network").choices([...NETS]).default("sb"))
    .addOption(new Option("--batch <n>", "images a step").argParser(Number).default(128))
    .addOption(new Option("--width <factor>", "of the network").argParser(Number).default(1))
    .addOption(new Option("--threads <n>", "that share the work").argParser(Number).default(2))
    .addOption(new Option("--gradients <how>", "binary gradients are summed").choices(["exact", "int16"]).default("exact"))
    .addOption(new Option("--steps <n>", "to average over").argParser(Number).default(5))
    .addOption(new Option("--rows <n>", "to print").argParser(Number).default(25))
    .option("--forward", "profile evaluation instead", false)
    .option("--json", "print JSON instead of a table", false)
    .addHelpText("after", "\nExamples:\n  pnpm bench profile --net ab --threads 1\n  pnpm bench profile --forward --json")
    .parse(args, { from: "user" })
    .opts<Options>();
}

/** Kernels that only convolve: their share of the step, and what is left for all others. */
const CONVOLUTIONS = new Set([
  "binaryConv2d",
  "binaryInputGrad",
  "binaryKernelGrad",
  "quantizedInputGrad",
  "quantizedKernelGrad",
  "conv2d",
  "conv2dFilterGrad",
]);

export async function profile(args: readonly string[]): Promise<void> {
  const options = parse(args);
  if (options.backend === "webgpu") return await profileDevice(options);
  const backend = await registerWasmBackend({ threads: options.threads, gradients: options.gradients });
  await tf.setBackend("benn-wasm");
  const limits = measureLimits();
  const training = trainingStep(options);
  const run = () => (options.forward ? training.forward() : training.step());
  for (let i = 0; i < 2; i++) await run();
  const profiler = new Profiler();
  backend.profiler = profiler;
  const start = performance.now();
  for (let i = 0; i < options.steps; i++) await run();
  const whole = (performance.now() - start) / options.steps;
  backend.profiler = undefined;
  training.dispose();
  const rows = profiler.rows().map(({ kernel, part, calls, milliseconds, macs, bytes }) => {
    const [gmacs, gigabytes] = [macs / milliseconds / 1e6, bytes / milliseconds / 1e6];
    const limit =
      part.startsWith("conv2d") || part === "matmul"
        ? gmacs / limits.gmacs
        : macs
          ? undefined
          : bytes
            ? gigabytes / limits.gigabytes
            : undefined;
    return { kernel, part, calls: calls / options.steps, milliseconds: milliseconds / options.steps, gmacs, gigabytes, limit };
  });
  const convolutions = rows.reduce((sum, row) => sum + (CONVOLUTIONS.has(row.part) ? row.milliseconds : 0), 0);
  if (options.json) {
    console.log(
      JSON.stringify({ machine: cpus()[0]?.model, options, millisecondsPerStep: whole, convolutions, limits, rows }, undefined, 2),
    );
    return;
  }
  console.log(
    `${options.net}, batch ${options.batch}, ${backend.pool.threads} threads: ${whole.toFixed(1)} ms a step; ${cpus()[0]?.model ?? ""}`,
  );
  console.log(
    `convolutions ${((100 * convolutions) / whole).toFixed(0)} %, everything else ${(100 - (100 * convolutions) / whole).toFixed(0)} %`,
  );
  console.log(`limits here: ${limits.gmacs.toFixed(0)} GMAC/s of float32, ${limits.gigabytes.toFixed(0)} GB/s of memory\n`);
  console.log(
    `${"kernel".padEnd(22)}${"part".padEnd(20)}${"calls".padStart(7)}${"ms".padStart(9)}${"%".padStart(7)}${"GMAC/s".padStart(9)}${"GB/s".padStart(8)}${"of limit".padStart(10)}`,
  );
  for (const row of rows.slice(0, options.rows)) {
    const number = (value: number, digits: number, width: number) => (value ? value.toFixed(digits) : "").padStart(width);
    console.log(
      row.kernel.padEnd(22) +
        row.part.padEnd(20) +
        number(row.calls, 0, 7) +
        number(row.milliseconds, 2, 9) +
        number((100 * row.milliseconds) / whole, 1, 7) +
        number(row.gmacs, 1, 9) +
        number(row.gigabytes, 1, 8) +
        (row.limit === undefined ? "" : `${(100 * row.limit).toFixed(0)} %`).padStart(10),
    );
  }
}

/** On a GPU: the time of each program by the device's own clock, those of one name and size together. */
async function profileDevice(options: Options): Promise<void> {
  const { version, limits } = await setUpDevice("webgpu", 1);
  const backend = await registerWebgpuBackend();
  const training = trainingStep(options);
  const begin = () => (options.forward ? training.beginForward() : training.begin());
  for (let i = 0; i < 2; i++) await (options.forward ? training.forward() : training.step());
  const start = performance.now();
  let last: tf.Tensor | undefined;
  for (let i = 0; i < options.steps; i++) {
    last?.dispose();
    last = begin();
  }
  const begun = (performance.now() - start) / options.steps;
  await last?.data();
  const whole = (performance.now() - start) / options.steps;
  last?.dispose();
  const rows = new Map<string, { program: string; shape: string; calls: number; milliseconds: number }>();
  const programs = await backend.profile(() => begin().dispose());
  for (const { program, outputShape, milliseconds } of programs) {
    const shape = outputShape.join("×");
    const row = rows.get(`${program} ${shape}`) ?? { program, shape, calls: 0, milliseconds: 0 };
    row.calls += 1;
    row.milliseconds += milliseconds;
    rows.set(`${program} ${shape}`, row);
  }
  training.dispose();
  const sorted = [...rows.values()].toSorted((a, b) => b.milliseconds - a.milliseconds);
  const computing = programs.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  if (options.json) {
    const facts = { device: version, limits, options, millisecondsPerStep: whole, millisecondsToBegin: begun, computing, rows: sorted };
    console.log(JSON.stringify(facts, undefined, 2));
    return;
  }
  console.log(`${options.net}, batch ${options.batch}: ${whole.toFixed(2)} ms a step; ${version}`);
  console.log(
    `begun by the CPU in ${begun.toFixed(2)} ms; ${programs.length} programs, ${computing.toFixed(2)} ms on the GPU when each is run alone`,
  );
  if (limits) {
    console.log(`limits here: ${(1000 * limits.teramacs).toFixed(0)} GMAC/s of float32, ${limits.gigabytes.toFixed(0)} GB/s of memory`);
  }
  console.log(`\n${"program".padEnd(44)}${"output".padEnd(20)}${"calls".padStart(6)}${"ms".padStart(9)}${"%".padStart(7)}`);
  for (const { program, shape, calls, milliseconds } of sorted.slice(0, options.rows)) {
    const share = ((100 * milliseconds) / computing).toFixed(1);
    const name = program.slice(0, 43).padEnd(44);
    console.log(`${name}${shape.padEnd(20)}${String(calls).padStart(6)}${milliseconds.toFixed(3).padStart(9)}${share.padStart(7)}`);
  }
}
