import { DATASETS, definePlugin, PRESETS } from "@benn/core";
import { pictures } from "./pictures.ts";
import { picturesOptions } from "./pictures-options.ts";
import { ownPictures } from "./preset.ts";

export { pictures } from "./pictures.ts";
export { type PicturesOptions, picturesOptions } from "./pictures-options.ts";

export default definePlugin({
  name: "@benn/data-pictures",
  register(container) {
    container.resolve(DATASETS).add("pictures", {
      description: "your own pictures: a folder for each class, split for testing if it is not",
      options: picturesOptions,
      create: pictures,
    });
    container.resolve(PRESETS).add("pictures", ownPictures);
  },
});
