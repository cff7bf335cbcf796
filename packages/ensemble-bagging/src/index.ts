import { definePlugin, SCHEMES } from "@benn/core";
import { bagging } from "./bagging.ts";

export { bagging } from "./bagging.ts";

export default definePlugin({
  name: "@benn/ensemble-bagging",
  register(container) {
    container.resolve(SCHEMES).add("bagging", {
      description: "each member trains on rows drawn with replacement; equal weights in the vote",
      create: () => bagging,
    });
  },
});
