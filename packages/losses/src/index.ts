import { definePlugin, LOSSES } from "@benn/core";
import { distillation, distillationOptions } from "./distillation.ts";

export { distillation, distillationOptions } from "./distillation.ts";

export default definePlugin({
  name: "@benn/losses",
  register(container) {
    container.resolve(LOSSES).add("distillation", {
      description: "imitates the probabilities of a trained run, beside the labels",
      options: distillationOptions,
      create: distillation,
    });
  },
});
