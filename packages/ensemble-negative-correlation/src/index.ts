import { definePlugin, LOSSES, SCHEMES, z } from "@benn/core";
import { negativeCorrelation, negativeCorrelationLoss } from "./negative-correlation.ts";

export { negativeCorrelation, negativeCorrelationLoss, type NegativeCorrelationOptions } from "./negative-correlation.ts";

export default definePlugin({
  name: "@benn/ensemble-negative-correlation",
  register(container) {
    container.resolve(SCHEMES).add("negative-correlation", {
      description: "every member trains on all rows and knows the mean of those before it; equal weights in the vote",
      create: () => negativeCorrelation,
    });
    container.resolve(LOSSES).add("negative-correlation", {
      description: "cross-entropy, less where a member differs from those before it",
      options: z.object({ lambda: z.number().min(0).max(1).default(0.25).describe("how much it counts to differ; 0: nothing") }),
      create: negativeCorrelationLoss,
    });
  },
});
