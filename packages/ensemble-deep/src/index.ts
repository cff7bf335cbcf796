import { definePlugin, SCHEMES } from "@benn/core";
import { deepEnsemble } from "./deep-ensemble.ts";

export { deepEnsemble } from "./deep-ensemble.ts";

export default definePlugin({
  name: "@benn/ensemble-deep",
  register(container) {
    container.resolve(SCHEMES).add("deep-ensemble", {
      description: "every member trains on all rows, only the seeds differ; equal weights in the vote",
      create: () => deepEnsemble,
    });
  },
});
