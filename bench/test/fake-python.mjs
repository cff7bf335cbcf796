// Replaces a Python: with "works" it answers like peers/train_step.py, otherwise it fails like one without PyTorch.
import { createInterface } from "node:readline";

const [what, option, script, net, width, batch, threads, layout, type, how] = process.argv.slice(2);
if (what !== "works") {
  console.error("Traceback (most recent call last):\nModuleNotFoundError: No module named 'torch'");
  process.exit(1);
}
if (option !== "-c" || !script.includes("import torch") || [net, width, batch, threads, layout, type, how].includes(undefined))
  process.exit(2);
console.log(JSON.stringify({ version: "PyTorch 0.0 (none)" }));
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify({ milliseconds: line.length, rss: 1 }));
