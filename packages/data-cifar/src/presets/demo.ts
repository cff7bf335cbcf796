import type { Definition, Preset } from "@benn/core";

/**
 * What `npm start` trains: under two minutes on a common machine, and enough to see that a vote beats its members. Each member
 * goes on from the one before on rows drawn anew; the high learning rate keeps them apart, which is what a vote lives on. At that rate
 * running statistics of batch norm lag behind the weights.
 */
export const demo: Definition<Preset> = {
  description: "a small ensemble on the built-in photographs, in about two minutes",
  create: () => ({
    config: {
      dataset: { name: "cifar10", source: "sample" },
      architecture: { name: "nin", width: 0.125, dropout: 0 },
      scheme: "bagging",
      mode: "sequential",
      members: 7,
      epochs: 4,
      learningRate: 1e-2,
      batchSize: 32,
      batchNorm: { statistics: "precise" },
    },
  }),
};
