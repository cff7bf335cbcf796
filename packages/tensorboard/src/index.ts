import { definePlugin, LISTENERS } from "@benn/core";
import { tensorboard } from "./tensorboard.ts";

export { convertRun } from "./convert-run.ts";
export { tensorboard } from "./tensorboard.ts";

export default definePlugin({
  name: "@benn/tensorboard",
  register(container) {
    container.resolve(LISTENERS).add("tensorboard", {
      description: "event files for TensorBoard in the run's folder",
      create: tensorboard,
    });
  },
});
