import archNin from "@benn/arch-nin";
import archResnet from "@benn/arch-resnet";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import type { BennPlugin } from "@benn/core";
import dataCifar from "@benn/data-cifar";
import ensembleBagging from "@benn/ensemble-bagging";
import ensembleBoost from "@benn/ensemble-boost";
import vote from "@benn/vote";

/** The plugins that come with the command. */
export const builtInPlugins: readonly BennPlugin[] = [
  binarize,
  archNin,
  archResnet,
  ensembleBagging,
  ensembleBoost,
  vote,
  dataCifar,
  backendWasm,
];
