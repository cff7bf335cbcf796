import { ARCHITECTURES, definePlugin } from "@benn/core";
import { alexnet, alexnetOptions } from "./alexnet.ts";

export { alexnet, type AlexNetOptions, alexnetOptions } from "./alexnet.ts";

export default definePlugin({
  name: "@benn/arch-alexnet",
  register(container) {
    container.resolve(ARCHITECTURES).add("alexnet", {
      description: "AlexNet in the manner of XNOR-Net: binary inner convolutions and dense layers",
      options: alexnetOptions,
      create: alexnet,
    });
  },
});
