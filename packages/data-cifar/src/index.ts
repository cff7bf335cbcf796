import { DATASETS, definePlugin, PRESETS } from "@benn/core";
import { cifar10, cifar10Options } from "./cifar10.ts";
import { cifar10Recipes } from "./presets/cifar10-recipes.ts";
import { demo } from "./presets/demo.ts";

export { cifar10, type Cifar10Options, cifar10Options } from "./cifar10.ts";

export default definePlugin({
  name: "@benn/data-cifar",
  register(container) {
    container.resolve(DATASETS).add("cifar10", {
      description: "CIFAR-10: 32×32 photographs of ten classes, from a folder, downloaded, or a built-in sample",
      options: cifar10Options,
      create: cifar10,
    });
    for (const [name, preset] of Object.entries({ demo, ...cifar10Recipes })) container.resolve(PRESETS).add(name, preset);
  },
});
