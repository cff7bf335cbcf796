import type { Definition, Preset } from "@benn/core";

/**
 * How `benn compare` trains where nothing else is named: small nets on the built-in sample, minutes for all runs of it. All members see all rows and begin
 * with weights of their own, since an ensemble that is compared with single nets should owe nothing to what the others were denied.
 */
export const compare: Definition<Preset> = {
  description: "what benn compare trains: small nets on the built-in photographs",
  create: () => ({
    config: {
      dataset: { name: "cifar10", source: "sample" },
      architecture: { name: "nin", width: 0.125, dropout: 0 },
      scheme: "deep-ensemble",
      mode: "independent",
      members: 4,
      epochs: 4,
      learningRate: 1e-2,
      batchSize: 32,
      schedule: "one-cycle",
      batchNorm: { statistics: "precise" },
      scoreEvery: 4,
    },
  }),
};
