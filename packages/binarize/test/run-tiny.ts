import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Binarizer, Config } from "@benn/core";
import { train } from "@benn/core/node";
import { tinyContainer } from "./tiny-container.ts";

export const tinyConfig = {
  ...Object.fromEntries(["dataset", "architecture", "binarizer", "scheme", "voter", "backend"].map((key) => [key, "tiny"])),
  members: 2,
  epochs: 2,
  batchSize: 8,
  scoreEvery: 1,
  checkpointSeconds: 0,
  name: "tiny",
} satisfies Config;

/**
 * Trains an ensemble of two small binary layers, or resumes one.
 * @param cutAfter number of events after which it is interrupted
 * @returns the run's folder
 */
export async function runTiny(
  binarizer: Binarizer,
  config: Config | undefined,
  { resume, cutAfter = Infinity }: { readonly resume?: string; readonly cutAfter?: number } = {},
): Promise<string> {
  const place = resume === undefined ? { out: await mkdtemp(join(tmpdir(), "benn-tiny-")) } : { resume };
  let [folder, events] = ["", 0];
  for await (const _ of train(config, { container: tinyContainer(binarizer), onFolder: (path) => (folder = path), ...place })) {
    if (++events === cutAfter) break;
  }
  return folder;
}
