import archNin from "@benn/arch-nin";
import archResnet from "@benn/arch-resnet";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import { createContainer } from "@benn/core";
import { train } from "@benn/core/node";
import dataCifar from "@benn/data-cifar";
import ensembleBagging from "@benn/ensemble-bagging";
import vote from "@benn/vote";

export const container = createContainer();
for (const plugin of [archNin, archResnet, backendWasm, binarize, dataCifar, ensembleBagging, vote]) await plugin.register(container);

export interface NetsOptions {
  readonly members: NonNullable<Parameters<typeof train>[0]>["members"];
  readonly dataset?: Readonly<Record<string, unknown>>;
  readonly simd?: "plain" | "relaxed" | "auto";
  readonly epochs?: number;
}

/**
 * Trains nets of these kinds a little, so that statistics and weights are those of real images.
 * @param out folder for the run
 * @returns the run's folder
 */
export async function trainNets(out: string, { members, dataset = {}, simd = "auto", epochs = 1 }: NetsOptions): Promise<string> {
  const run = train(
    {
      seed: 5,
      dataset: { name: "cifar10", source: "sample", trainRows: 250, testRows: 200, ...dataset },
      scheme: "bagging",
      mode: "independent",
      members,
      epochs,
      batchSize: 50,
      learningRate: 0.01,
      backend: { name: "wasm", simd },
    },
    { container, out },
  );
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value.folder;
  }
}
