import type { Config, Definition, Preset, Published } from "@benn/core";

/** The common settings of all four. */
const shared = {
  // The pictures as in the reference's database: 256×256, blue first, 0 to 255 minus the mean; a plain crop and flip.
  dataset: { name: "imagenet", fit: "squash", augment: "crop", flip: true, preprocess: "subtract-mean" },
  architecture: "resnet18",
  mode: "independent",
  voter: "soft",
  members: 3,
  epochs: 80,
  // The reference's batch size is not known. WebAssembly's memory is limited to 4 GiB: 64 images fit (3.8 GB, including the decoder
  // threads), 128 do not.
  batchSize: 64,
  learningRate: 1e-3,
  scoreEvery: 1,
  // The reference's bagging chose its best epochs on the evaluation set. Here a fiftieth of the training rows is held out: about 25,600
  // pictures, on which an accuracy is precise to 0.3 percentage points.
  scoreOn: "validation",
  validation: 0.02,
} satisfies Config;

/** The reference's script has three modes of boosting; the published result does not say which one. Its default is C. */
const boosting = [
  { mode: "a", rule: "mild weights", scheme: "mildboost", shrinkage: 1 },
  { mode: "b", rule: "logit weights", scheme: "logitboost", shrinkage: 1 },
  { mode: "c", rule: "exponential weights", scheme: "samme", shrinkage: 0.001 },
] as const;

const bagged: Published = { single: 48.87, ensemble: 54.34 };
const boosted: Published = { single: 48.87, ensemble: 55.83 };

/**
 * The reference's recipes for ImageNet, on a semi-binary ResNet-18 with three members. They require the pictures (`--data DIR`). A first
 * member that is already trained is given by `--set given=FOLDER`.
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019, and its published runs
 */
export const imagenetRecipes: Readonly<Record<string, Definition<Preset>>> = {
  "imagenet-resnet18-bagging-indp": {
    description: "semi-binary ResNet-18, bagging, independent",
    create: () => ({
      published: bagged,
      config: { ...shared, scheme: "bagging", schedule: { name: "steps", epochs: [30, 60], factor: 0.1 } },
    }),
  },
  ...Object.fromEntries(
    boosting.map(({ mode, rule, scheme, shrinkage }): [string, Definition<Preset>] => [
      `imagenet-resnet18-boost-${mode}-indp`,
      {
        description: `semi-binary ResNet-18, boosting by ${rule}, independent; the published figures are of mode a, b or c`,
        create: () => ({
          published: boosted,
          config: {
            ...shared,
            scheme: { name: scheme, alpha: "samme", shrinkage, start: "guarded" },
            schedule: { name: "steps", epochs: [25, 50], factor: 0.1 },
          },
        }),
      },
    ]),
  ),
};
