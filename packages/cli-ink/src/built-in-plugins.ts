import archAlexnet from "@benn/arch-alexnet";
import archNin from "@benn/arch-nin";
import archResnet from "@benn/arch-resnet";
import archVgg from "@benn/arch-vgg";
import backendNode from "@benn/backend-node";
import backendWasm from "@benn/backend-wasm";
import binarize from "@benn/binarize";
import type { BennPlugin } from "@benn/core";
import { autoBackend } from "@benn/core/node";
import dataCifar from "@benn/data-cifar";
import dataImagenet from "@benn/data-imagenet";
import dataMnist from "@benn/data-mnist";
import dataPictures from "@benn/data-pictures";
import ensembleBagging from "@benn/ensemble-bagging";
import ensembleBoost from "@benn/ensemble-boost";
import ensembleDeep from "@benn/ensemble-deep";
import ensembleGradient from "@benn/ensemble-gradient";
import ensembleNegativeCorrelation from "@benn/ensemble-negative-correlation";
import ensembleSammeR from "@benn/ensemble-samme-r";
import ensembleSnapshot from "@benn/ensemble-snapshot";
import losses from "@benn/losses";
import optimizers from "@benn/optimizers";
import schedules from "@benn/schedules";
import vote from "@benn/vote";

/** The plugins that are part of the command. */
export const builtInPlugins: readonly BennPlugin[] = [
  binarize,
  archNin,
  archResnet,
  archAlexnet,
  archVgg,
  ensembleBagging,
  ensembleBoost,
  ensembleDeep,
  ensembleGradient,
  ensembleNegativeCorrelation,
  ensembleSammeR,
  ensembleSnapshot,
  vote,
  optimizers,
  schedules,
  losses,
  dataCifar,
  dataImagenet,
  dataMnist,
  dataPictures,
  backendWasm,
  backendNode,
  autoBackend,
];
