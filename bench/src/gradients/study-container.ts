import archNin from "@benn/arch-nin";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import { createContainer } from "@benn/core";
import dataCifar from "@benn/data-cifar";
import ensembleBagging from "@benn/ensemble-bagging";
import vote from "@benn/vote";

/** The plugins of `pnpm bench gradients`. */
export async function studyContainer(): Promise<ReturnType<typeof createContainer>> {
  const container = createContainer({ defaults: { binarizer: "deterministic", scheme: "bagging", voter: "soft" } });
  for (const plugin of [archNin, backendWasm, binarize, dataCifar, ensembleBagging, vote]) await plugin.register(container);
  return container;
}
