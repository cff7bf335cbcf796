import { DATASETS, definePlugin } from "@benn/core";
import { imagenet } from "./imagenet.ts";
import { imagenetOptions } from "./imagenet-options.ts";

export { imagenet } from "./imagenet.ts";
export { type ImagenetOptions, imagenetOptions } from "./imagenet-options.ts";

export default definePlugin({
  name: "@benn/data-imagenet",
  register(container) {
    container.resolve(DATASETS).add("imagenet", {
      description: "ImageNet and its like: folders of pictures by class, Caffe's LMDB, or WebDataset shards",
      options: imagenetOptions,
      create: imagenet,
    });
  },
});
