// One engine in a separate process, for engine-process.ts: node serve.ts ENGINE NET WIDTH BATCH THREADS GRADIENTS. Engines are those of
// `setUpDevice`, and onnxruntime-node, which trains only the semi-binary NIN.
import { createInterface } from "node:readline";
import type { DeviceLimits } from "@benn/core";
import type * as tf from "@benn/core/tensorflow";
import { readWeights } from "../model-weights.ts";
import { peerVersion } from "../peers.ts";
import { type BackendName, setUpDevice } from "./device.ts";
import type { StepKind } from "./engine-process.ts";
import { assertSameStep, onnxTraining } from "./onnx-training.ts";
import { type Net, trainingStep } from "./training-step.ts";

interface Engine {
  readonly version: string;
  readonly description?: string;
  readonly macs?: Readonly<Record<StepKind, number>>;
  /** Takes `count` steps and waits for the last. */
  run(kind: StepKind, count: number): Promise<void>;
  limits?(): Promise<DeviceLimits | undefined>;
}

const [name = "", net, ...numbers] = process.argv.slice(2);
const [width = 1, batch = 1, threads = 1] = numbers.slice(0, 3).map(Number);

async function ours(): Promise<Engine> {
  const device = await setUpDevice(name as BackendName | "tfjs-wasm", threads, numbers[3] === "int16" ? "int16" : "exact");
  const training = trainingStep({ net: net as Net, width, batch });
  return {
    ...device,
    macs: training.macs,
    // A device continues while the next steps are started; the last result waits for all of them, like PyTorch's on CUDA.
    async run(kind, count) {
      let last: tf.Tensor | undefined;
      for (let i = 0; i < count; i++) {
        last?.dispose();
        last = kind === "train" ? training.begin() : training.beginForward();
      }
      await last?.data();
      last?.dispose();
    },
  };
}

async function onnxruntime(): Promise<Engine> {
  await setUpDevice("wasm", 1, "exact");
  await assertSameStep(width);
  const { model, dispose } = trainingStep({ net: "sb", width, batch: 1 });
  const training = await onnxTraining(await readWeights(model), { batch, threads, dropout: 0.5 });
  dispose();
  return {
    version: `onnxruntime-node ${peerVersion("onnxruntime-node")}`,
    async run(_kind, count) {
      for (let i = 0; i < count; i++) await training.step();
    },
  };
}

const { run, limits, ...said } = await (name === "onnxruntime-node" ? onnxruntime() : ours());
console.log(JSON.stringify(said));
for await (const line of createInterface({ input: process.stdin })) {
  const [what, count] = line.split(" ");
  if (what === "limits") {
    console.log(JSON.stringify({ limits: await limits?.() }));
    continue;
  }
  const start = performance.now();
  await run(what as StepKind, Number(count));
  const milliseconds = (performance.now() - start) / Number(count);
  console.log(JSON.stringify({ milliseconds, rss: process.resourceUsage().maxRSS * 1024 }));
}
process.exit(0);
