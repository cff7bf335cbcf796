import { ARCHITECTURES, definePlugin } from "@benn/core";
import { resnet20, resnet20Options } from "./resnet20.ts";

export { resnet20, type ResNet20Options, resnet20Options } from "./resnet20.ts";

export default definePlugin({
  name: "@benn/arch-resnet",
  register(container) {
    container.resolve(ARCHITECTURES).add("resnet20", {
      description: "ResNet-20 for small images: binary 3×3 convolutions, each with a real shortcut around it",
      options: resnet20Options,
      create: resnet20,
    });
  },
});
