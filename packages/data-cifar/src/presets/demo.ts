import type { Definition, Preset } from "@benn/core";

/**
 * What `npm start` trains: takes less than two minutes on a typical machine, and shows that a vote beats its members. Each member starts
 * from the previous one, on newly drawn rows; the high learning rate makes them differ, which a vote requires. At that rate, running
 * statistics of batch norm lag behind the weights.
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
