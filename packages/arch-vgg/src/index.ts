import { ARCHITECTURES, definePlugin } from "@benn/core";
import { vggSmall, vggSmallOptions } from "./vgg-small.ts";

export { vggSmall, type VggSmallOptions, vggSmallOptions } from "./vgg-small.ts";

export default definePlugin({
  name: "@benn/arch-vgg",
  register(container) {
    container.resolve(ARCHITECTURES).add("vgg-small", {
      description: "VGG-small for small images: six 3×3 convolutions, the first real, and a real dense layer",
      options: vggSmallOptions,
      create: vggSmall,
    });
  },
});
