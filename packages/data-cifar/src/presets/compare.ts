import type { Definition, Preset } from "@benn/core";

/**
 * How `benn compare` trains by default: small networks on the built-in sample, minutes for all of its runs. All members see all rows and
 * start from their own weights, like single networks. All layers have the compared bits: a real first layer would cost more bit operations
 * than all others together.
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
