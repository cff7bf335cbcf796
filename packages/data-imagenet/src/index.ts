import { DATASETS, definePlugin } from "@benn/core";
import { imagenet, imagenetOptions } from "./imagenet.ts";

export { imagenet, type ImagenetOptions, imagenetOptions } from "./imagenet.ts";

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
