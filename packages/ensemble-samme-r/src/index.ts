import { definePlugin, SCHEMES, z } from "@benn/core";
import { sammeR } from "./samme-r.ts";

export { sammeR } from "./samme-r.ts";

export default definePlugin({
  name: "@benn/ensemble-samme-r",
  register(container) {
    container.resolve(SCHEMES).add("samme-r", {
      description: "boosting by class probabilities; equal weights in the vote",
      options: z.object({ rate: z.number().positive().default(1).describe("how far one member moves the sample weights") }),
      create: ({ rate }) => sammeR(rate),
    });
  },
});
