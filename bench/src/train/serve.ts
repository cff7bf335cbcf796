// One engine in a process of its own, for contestant.ts: node serve.ts ENGINE NET WIDTH BATCH THREADS. Engines: benn-wasm, and
// tfjs-wasm, npm's tfjs-backend-wasm with the kernel that it lacks for training.
import { createInterface } from "node:readline";
import { registerWasmBackend } from "@benn/backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { setUpTfjsWasm } from "./tfjs-wasm.ts";
import { type Net, trainingStep } from "./training-step.ts";

const [engine, net, width, batch, threads] = process.argv.slice(2);
let version = "";
if (engine === "tfjs-wasm") version = await setUpTfjsWasm(Number(threads));
else {
  await registerWasmBackend({ threads: Number(threads) });
  await tf.setBackend("benn-wasm");
  version = `Node ${process.versions.node}`;
}
const training = trainingStep({ net: net as Net, width: Number(width), batch: Number(batch) });
console.log(JSON.stringify({ ready: version }));
for await (const line of createInterface({ input: process.stdin })) {
  const [what, count] = line.split(" ");
  const ms: number[] = [];
  for (let i = 0; i < Number(count); i++) {
    const start = performance.now();
    if (what === "train") await training.step();
    else await training.forward();
    ms.push(performance.now() - start);
  }
  console.log(JSON.stringify({ ms, rss: process.resourceUsage().maxRSS * 1024 }));
}
process.exit(0);
