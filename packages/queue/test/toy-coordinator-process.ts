// A run whose members the queue trains, coordinated in a process of its own, to be killed.
import * as tf from "@benn/core/tensorflow";
import type { Config } from "@benn/core";
import { train } from "@benn/core/node";
import { queueExecutor } from "@benn/queue";
import { container } from "./toy-runs.ts";

interface Options {
  readonly url: string;
  readonly className: string;
  readonly config: Config;
  readonly out: string;
}

const { url, className, config, out } = JSON.parse(process.argv[2] ?? "{}") as Options;
await tf.setBackend("cpu");
const executor = queueExecutor({ url, classOf: async () => ({ name: className, form: {} }), checkpointSeconds: 0, lookSeconds: 1 });
process.stdout.write("ready\n");
for await (const event of train(config, { container, executor, out })) process.stdout.write(`${JSON.stringify(event)}\n`);
