// onnxruntime-node in a process of its own, for contestant.ts: node serve-onnx.ts WIDTH BATCH THREADS.
import { createInterface } from "node:readline";
import { peerVersion } from "../infer/peers.ts";
import { setUpDevice } from "./device.ts";
import { assertSameStep, onnxTraining, readWeights } from "./onnx-training.ts";
import { trainingStep } from "./training-step.ts";

const [width = 1, batch = 128, threads = 1] = process.argv.slice(2).map(Number);
await setUpDevice("wasm", 1);
await assertSameStep(width);
const { model, dispose } = trainingStep({ net: "sb", width, batch: 1 });
const training = await onnxTraining(await readWeights(model), { batch, threads, dropout: 0.5 });
dispose();
console.log(JSON.stringify({ ready: `onnxruntime-node ${peerVersion("onnxruntime-node")}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const count = Number(line.split(" ")[1]);
  const start = performance.now();
  for (let i = 0; i < count; i++) await training.step();
  console.log(JSON.stringify({ ms: [(performance.now() - start) / count], rss: process.resourceUsage().maxRSS * 1024 }));
}
process.exit(0);
