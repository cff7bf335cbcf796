import { definePlugin, LOSSES, SCHEMES, z } from "@benn/core";
import { gradientBoost } from "./gradient-boost.ts";
import { residual } from "./residual.ts";

export { gradientBoost, type GradientBoostOptions, lineSearch } from "./gradient-boost.ts";
export { residual } from "./residual.ts";

export default definePlugin({
  name: "@benn/ensemble-gradient",
  register(container) {
    container.resolve(SCHEMES).add("gradient-boost", {
      description: "members are terms of a sum; each fits what the sum before it gets wrong",
      options: z.object({ shrinkage: z.number().positive().max(1).default(0.5).describe("share of the best step that a member takes") }),
      create: gradientBoost,
    });
    container.resolve(LOSSES).add("residual", {
      description: "squared distance to what the members so far leave unexplained",
      create: () => residual,
    });
  },
});
