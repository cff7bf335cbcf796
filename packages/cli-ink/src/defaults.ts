import type { Config } from "@benn/core";

/** The command's defaults for keys that a configuration leaves out: names that its built-in plugins register. */
export const defaults: Config = {
  dataset: "cifar10",
  architecture: "nin",
  binarizer: "deterministic",
  scheme: "bagging",
  voter: "soft",
  backend: "wasm",
};
