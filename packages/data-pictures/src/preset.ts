import type { Definition, Preset } from "@benn/core";

/**
 * For a few hundred to a few thousand pictures: small batches, since an epoch has few pictures; a narrow residual network; and members that
 * start from fresh weights, since a vote depends on their differences.
 */
export const ownPictures: Definition<Preset> = {
  description: "a small ensemble on a folder of your own pictures: --data DIR",
  create: () => ({
    config: {
      dataset: { name: "pictures", size: 48, crop: 4 },
      architecture: { name: "resnet20", width: 0.5 },
      scheme: "bagging",
      mode: "independent",
      members: 3,
      epochs: 20,
      batchSize: 16,
      learningRate: 3e-3,
      batchNorm: { statistics: "precise" },
    },
  }),
};
