// For tests: runs of the toy problem (../train/toy-problem.ts), each in a folder of its own.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { train, type TrainOptions } from "./train.ts";

/** Two bagged members; a checkpoint after every epoch. */
export const toyConfig = {
  members: 2,
  epochs: 2,
  batchSize: 32,
  learningRate: 0.02,
  checkpointSeconds: 0,
  name: "toy",
} satisfies Config;

export const newOut = (): Promise<string> => mkdtemp(join(tmpdir(), "benn-toy-"));

/**
 * Trains in a new folder unless the options name one.
 * @param until the event after which to break off, like a killed process: its number, or a predicate
 */
export async function runToy(
  config: Config | undefined,
  options: TrainOptions,
  until: number | ((event: RunEvent, count: number) => boolean) = Infinity,
): Promise<{ events: RunEvent[]; folder: string }> {
  const events: RunEvent[] = [];
  let folder = "";
  const out = options.resume === undefined ? { out: await newOut() } : {};
  for await (const event of train(config, { ...out, onFolder: (path) => (folder = path), ...options })) {
    const count = events.push(event);
    if (typeof until === "number" ? count === until : until(event, count)) break;
  }
  return { events, folder };
}
