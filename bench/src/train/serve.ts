// One engine in a process of its own, for contestant.ts: node serve.ts ENGINE NET WIDTH BATCH THREADS [GRADIENTS]. Engines: benn's backends
// by name, and tfjs-wasm, npm's tfjs-backend-wasm with the kernel that it lacks for training.
import { createInterface } from "node:readline";
import type * as tf from "@tensorflow/tfjs";
import { type DeviceLimits, setUpDevice } from "./device.ts";
import { setUpTfjsWasm } from "./tfjs-wasm.ts";
import { type Net, trainingStep } from "./training-step.ts";

const [engine = "", net, width, batch, threads, gradients] = process.argv.slice(2);
let version = "";
let limits: DeviceLimits | undefined;
if (engine === "tfjs-wasm") version = await setUpTfjsWasm(Number(threads));
else ({ version, limits } = await setUpDevice(engine, Number(threads), gradients));
const training = trainingStep({ net: net as Net, width: Number(width), batch: Number(batch) });
console.log(JSON.stringify({ ready: version, limits, macs: training.macs }));
for await (const line of createInterface({ input: process.stdin })) {
  const [what, count] = line.split(" ");
  // A device works on while the next steps are begun; the last result waits for all of them, as PyTorch's does on CUDA.
  const start = performance.now();
  let last: tf.Tensor | undefined;
  for (let i = 0; i < Number(count); i++) {
    last?.dispose();
    last = what === "train" ? training.begin() : training.beginForward();
  }
  const begun = performance.now();
  await last?.data();
  const ms = (performance.now() - start) / Number(count);
  last?.dispose();
  console.log(JSON.stringify({ ms: [ms], begun: (begun - start) / Number(count), rss: process.resourceUsage().maxRSS * 1024 }));
}
process.exit(0);
