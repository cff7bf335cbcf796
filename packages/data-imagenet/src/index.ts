import { DATASETS, definePlugin, PRESETS } from "@benn/core";
import { imagenet } from "./imagenet.ts";
import { imagenetOptions } from "./imagenet-options.ts";
import { imagenetRecipes } from "./presets/imagenet-recipes.ts";

export { imagenet } from "./imagenet.ts";
export { type ImagenetOptions, imagenetOptions } from "./imagenet-options.ts";

export default definePlugin({
  name: "@benn/data-imagenet",
  register(container) {
    container.resolve(DATASETS).add("imagenet", {
      description: "ImageNet and similar data: folders of pictures by class, Caffe's LMDB, or WebDataset shards",
      options: imagenetOptions,
      create: imagenet,
    });
    for (const [name, recipe] of Object.entries(imagenetRecipes)) container.resolve(PRESETS).add(name, recipe);
  },
});
