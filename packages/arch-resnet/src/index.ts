import { ARCHITECTURES, definePlugin } from "@benn/core";
import { biRealNet18, biRealNet18Options } from "./birealnet18.ts";
import { resnet18, resnet18Options } from "./resnet18.ts";
import { resnet20, resnet20Options } from "./resnet20.ts";

export { biRealNet18, type BiRealNet18Options, biRealNet18Options } from "./birealnet18.ts";
export { resnet18, type ResNet18Options, resnet18Options } from "./resnet18.ts";
export { resnet20, type ResNet20Options, resnet20Options } from "./resnet20.ts";

export default definePlugin({
  name: "@benn/arch-resnet",
  register(container) {
    const architectures = container.resolve(ARCHITECTURES);
    architectures.add("resnet20", {
      description: "ResNet-20 for small images: binary 3×3 convolutions, each with a real shortcut around it",
      options: resnet20Options,
      create: resnet20,
    });
    architectures.add("resnet18", {
      description: "ResNet-18 or -34 in the manner of XNOR-Net: binary basic blocks, real stem, shortcuts and last layer",
      options: resnet18Options,
      create: resnet18,
    });
    architectures.add("birealnet18", {
      description: "Bi-Real Net 18 or 34: binary 3×3 convolutions, each with a real shortcut around it",
      options: biRealNet18Options,
      create: biRealNet18,
    });
  },
});
