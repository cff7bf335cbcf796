import type { Preset } from "./preset.ts";

/** What `npm start` trains: minutes on two cores, and enough to see that a vote beats its members. */
export const demo: Preset = {
  description: "a small ensemble on the built-in photographs, in about two minutes",
  config: {
    dataset: { name: "cifar10", source: "sample" },
    architecture: { name: "nin", width: 0.25 },
    scheme: "bagging",
    mode: "independent",
    members: 6,
    epochs: 6,
    learningRate: 5e-3,
    batchSize: 64,
  },
};
