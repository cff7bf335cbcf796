import type { Definition, Preset } from "@benn/core";

/**
 * What suits a few hundred to a few thousand pictures of one's own: small batches, since an epoch has few pictures; a narrow residual net; and
 * members that start afresh, since their differences are what a vote lives on.
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
