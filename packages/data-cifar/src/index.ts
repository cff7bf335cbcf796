import { DATASETS, definePlugin } from "@benn/core";
import { cifar10, cifar10Options } from "./cifar10.ts";

export { cacheFolder } from "./cache-folder.ts";
export { cifar10, type Cifar10Options, cifar10Options } from "./cifar10.ts";

export default definePlugin({
  name: "@benn/data-cifar",
  register(container) {
    container.resolve(DATASETS).add("cifar10", {
      description: "CIFAR-10: 32×32 photographs of ten classes, from a folder, downloaded, or a built-in sample",
      options: cifar10Options,
      create: cifar10,
    });
  },
});
