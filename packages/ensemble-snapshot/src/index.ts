import { definePlugin, SCHEDULES, SCHEMES } from "@benn/core";
import { snapshot, snapshotCycle } from "./snapshot.ts";

export { snapshot, snapshotCycle } from "./snapshot.ts";

export default definePlugin({
  name: "@benn/ensemble-snapshot",
  register(container) {
    container.resolve(SCHEMES).add("snapshot", {
      description: "one training in cycles, a member at the end of each; equal weights in the vote",
      create: () => snapshot,
    });
    container.resolve(SCHEDULES).add("snapshot", {
      description: "falls along half a cosine to 0 in each member, and starts again",
      create: () => snapshotCycle,
    });
  },
});
