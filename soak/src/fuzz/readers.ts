import type { Reader } from "./reader.ts";

const cifar = () => import("./readers/cifar.ts");
const command = () => import("./readers/command.ts");
const imagenet = () => import("./readers/imagenet.ts");
const packed = () => import("./readers/packed.ts");
const run = () => import("./readers/run-folder.ts");
const torch = () => import("./readers/torch.ts");

/** Every reader of untrusted bytes, by the name of its part after `fuzz-`. */
export const READERS: Readonly<Record<string, () => Promise<Reader>>> = {
  benn: async () => (await packed()).benn,
  "benn-run": async () => (await packed()).bennRun,
  "benn-trust": async () => (await packed()).bennTrust,
  safetensors: async () => (await packed()).safetensors,
  experiment: async () => (await run()).experiment,
  "run-data": async () => (await run()).runFacts,
  event: async () => (await run()).event,
  "event-log": async () => (await run()).eventLog,
  member: async () => (await run()).member,
  model: async () => (await run()).model,
  checkpoint: async () => (await run()).checkpoint,
  preprocessing: async () => (await run()).preprocessing,
  labels: async () => (await run()).labels,
  start: async () => (await run()).start,
  logits: async () => (await run()).logits,
  lock: async () => (await run()).lock,
  "torch-zip": async () => (await torch()).zip,
  "torch-legacy": async () => (await torch()).legacy,
  pickle: async () => (await torch()).pickle,
  "torch-npy": async () => (await torch()).alphas,
  "key-map": async () => (await torch()).keyMap,
  npy: async () => (await cifar()).array,
  "cifar-arrays": async () => (await cifar()).arrays,
  "cifar-batches": async () => (await cifar()).batches,
  "cifar-archive": async () => (await cifar()).archive,
  whitening: async () => (await cifar()).whitening,
  lmdb: async () => (await imagenet()).lmdb,
  datum: async () => (await imagenet()).datum,
  mean: async () => (await imagenet()).mean,
  classes: async () => (await imagenet()).classes,
  "val-labels": async () => (await imagenet()).valLabels,
  folders: async () => (await imagenet()).folders,
  shard: async () => (await imagenet()).shard,
  index: async () => (await imagenet()).index,
  picture: async () => (await imagenet()).picture,
  set: async () => (await command()).set,
  config: async () => (await command()).configFile,
  predicted: async () => (await command()).predicted,
  "package-json": async () => (await command()).packageJson,
  shown: async () => (await command()).shown,
};
