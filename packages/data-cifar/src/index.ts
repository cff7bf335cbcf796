import { DATASETS, definePlugin, PRESETS } from "@benn/core";
import { cifar10, cifar10Options } from "./cifar10.ts";
import { cifar100, cifar100Options } from "./cifar100.ts";
import { cifar10Recipes } from "./presets/cifar10-recipes.ts";
import { compare } from "./presets/compare.ts";
import { demo } from "./presets/demo.ts";

export { cifar10, type Cifar10Options, cifar10Options } from "./cifar10.ts";
export { cifar100, type Cifar100Options, cifar100Options } from "./cifar100.ts";

export default definePlugin({
  name: "@benn/data-cifar",
  register(container) {
    container.resolve(DATASETS).add("cifar10", {
      description: "CIFAR-10: 32×32 photographs of ten classes, from a folder, downloaded, or a built-in sample",
      options: cifar10Options,
      create: cifar10,
    });
    container.resolve(DATASETS).add("cifar100", {
      description: "CIFAR-100: 32×32 photographs of a hundred classes, or of their twenty groups, from a folder or downloaded",
      options: cifar100Options,
      create: cifar100,
    });
    for (const [name, preset] of Object.entries({ demo, compare, ...cifar10Recipes })) container.resolve(PRESETS).add(name, preset);
  },
});
