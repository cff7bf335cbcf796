import { definePlugin, OPTIMIZERS } from "@benn/core";
import { adamw, adamwOptions } from "./adamw.ts";
import { bop, bopOptions } from "./bop.ts";
import { sgd, sgdOptions } from "./sgd.ts";

export { adamw, adamwOptions } from "./adamw.ts";
export { bop, bopOptions } from "./bop.ts";
export { sgd, sgdOptions } from "./sgd.ts";

export default definePlugin({
  name: "@benn/optimizers",
  register(container) {
    const optimizers = container.resolve(OPTIMIZERS);
    optimizers.add("adamw", { description: "Adam with decoupled weight decay", options: adamwOptions, create: adamw });
    optimizers.add("sgd", { description: "gradient descent with Nesterov momentum", options: sgdOptions, create: sgd });
    optimizers.add("bop", {
      description: "flips the signs of binary kernels by averaged gradients; leaves all else to the next optimizer",
      options: bopOptions,
      create: bop,
    });
  },
});
