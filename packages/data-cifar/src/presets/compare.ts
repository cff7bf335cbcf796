import type { Definition, Preset } from "@benn/core";

/**
 * How `benn compare` trains where nothing else is named: small nets on the built-in sample, minutes for all runs of it. All members see all rows and begin
 * with weights of their own, as single nets do. All layers have the bits that are compared: a real one in front would cost more bit operations than all others
 * together.
 */
export const compare: Definition<Preset> = {
  description: "what benn compare trains: small nets on the built-in photographs",
  create: () => ({
    config: {
      dataset: { name: "cifar10", source: "sample", trainRows: 3000 },
      architecture: { name: "nin", width: 0.125, binary: "all", dropout: 0 },
      scheme: "deep-ensemble",
      mode: "independent",
      members: 4,
      epochs: 3,
      learningRate: 1e-2,
      batchSize: 32,
      schedule: "one-cycle",
      batchNorm: { statistics: "precise" },
      scoreEvery: 3,
    },
  }),
};
