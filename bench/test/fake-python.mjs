// Stands in for a Python: with "works" it answers as peers/train_step.py does, else it ends as one without PyTorch would.
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
