import { definePlugin, SCHEMES } from "@benn/core";
import { bagging } from "./bagging.ts";

export { bagging } from "./bagging.ts";

export default definePlugin({
  name: "@benn/ensemble-bagging",
  register(container) {
    container.resolve(SCHEMES).add("bagging", {
      description: "each member trains on rows drawn with replacement; all have the same say",
      create: () => bagging,
    });
  },
});
