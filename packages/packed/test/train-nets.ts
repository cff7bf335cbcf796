import archAlexnet from "@benn/arch-alexnet";
import archNin from "@benn/arch-nin";
import archResnet from "@benn/arch-resnet";
import archVgg from "@benn/arch-vgg";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import { createContainer } from "@benn/core";
import { train } from "@benn/core/node";
import dataCifar from "@benn/data-cifar";
import ensembleBagging from "@benn/ensemble-bagging";
import vote from "@benn/vote";
import pictures from "./pictures.ts";
import pluginNet from "./plugin-net.ts";

export const container = createContainer({ defaults: { architecture: "nin", binarizer: "deterministic", voter: "soft" } });
const plugins = [archAlexnet, archNin, archResnet, archVgg, backendWasm, binarize, dataCifar, ensembleBagging, pictures, pluginNet, vote];
for (const plugin of plugins) await plugin.register(container);

export interface NetsOptions {
  readonly members: NonNullable<Parameters<typeof train>[0]>["members"];
  /** A spec of another dataset than the sample of CIFAR-10, with its name. */
  readonly dataset?: Readonly<Record<string, unknown>>;
  readonly validation?: number;
  readonly simd?: "plain" | "relaxed" | "auto";
  readonly exportable?: boolean;
  readonly epochs?: number;
  /** Further keys of the configuration. */
  readonly more?: Parameters<typeof train>[0];
}

/**
 * Trains networks of these kinds a little, so that statistics and weights are those of real images.
 * @param out folder for the run
 * @returns the run's folder
 */
export async function trainNets(
  out: string,
  { members, dataset = {}, validation = 0, simd = "auto", epochs = 1, exportable = true, more = {} }: NetsOptions,
): Promise<string> {
  const run = train(
    {
      seed: 5,
      dataset: { name: "cifar10", ...("name" in dataset ? {} : { source: "sample", trainRows: 250, testRows: 200 }), ...dataset },
      validation,
      scheme: "bagging",
      mode: "independent",
      members,
      epochs,
      batchSize: 50,
      learningRate: 0.01,
      backend: { name: "wasm", simd },
      exportable,
      ...more,
    },
    { container, out },
  );
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value.folder;
  }
}
