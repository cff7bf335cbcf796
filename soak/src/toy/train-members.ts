// A process that trains many members, and reports after each what it holds.
import { readdirSync } from "node:fs";
import * as tf from "@benn/core/tensorflow";
import { goOn } from "./toy-runs.ts";

/** The resources of a process after a member is trained. */
export interface Holding {
  /** Bytes: JavaScript's heap including arrays, after garbage collection; and the resident size of the process. */
  readonly held: number;
  readonly resident: number;
  readonly tensors: number;
  /** Timers, sockets, files and the like that keep the process alive. */
  readonly resources: number;
  /** Open files; 0 where the system does not list them. */
  readonly files: number;
}

const [out = "", members = "1"] = process.argv.slice(2);
const collect = (globalThis as { gc?: () => void }).gc!;

function holding(): Holding {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const files = process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
  return {
    held: heapUsed + external,
    resident: rss,
    tensors: tf.memory().numTensors,
    resources: process.getActiveResourcesInfo().length,
    files,
  };
}

// TensorFlow.js caches the order of layers of its last hundred graphs, and with it the graphs: with a smaller cache, which is soon full,
// real growth is visible.
tf.env().set("TOPOLOGICAL_SORT_CACHE_MAX_ENTRIES", 8);

const config = { dataset: { name: "blobs", rows: 24 }, scheme: "bag", members: Number(members), epochs: 1, batchSize: 32, learningRate: 0.02, checkpointSeconds: 0, name: "toy" } as const; // prettier-ignore
await goOn({ name: "many members", config, threads: false }, out, {
  onEvent(event) {
    if (event.type === "staged") console.log(JSON.stringify(holding()));
  },
});
process.exit(0);
