import { definePlugin, LOSSES } from "@benn/core";
import { distillation, distillationOptions } from "./distillation.ts";

export { distillation, distillationOptions } from "./distillation.ts";

export default definePlugin({
  name: "@benn/losses",
  register(container) {
    container.resolve(LOSSES).add("distillation", {
      description: "fits the probabilities of a trained run as well as the labels",
      options: distillationOptions,
      create: distillation,
    });
  },
});
