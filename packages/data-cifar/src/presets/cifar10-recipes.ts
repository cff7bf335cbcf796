import type { Definition, Preset } from "@benn/core";

interface Recipe {
  readonly net: "ab" | "sb";
  readonly scheme: "bagging" | "boost-a" | "boost-b" | "boost-c" | "boost-d";
  readonly mode: "seq" | "indp";
  readonly learningRate: number;
  /** Options that differ from the scheme's defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly published: readonly [single: number, ensemble: number, overfitsFrom: number];
}

const recipes: readonly Recipe[] = [
  { net: "ab", scheme: "bagging", mode: "seq", learningRate: 1e-4, published: [67.35, 81.32, 20] },
  { net: "ab", scheme: "boost-a", mode: "seq", learningRate: 1e-2, published: [67.08, 81.93, 25] },
  { net: "ab", scheme: "boost-a", mode: "indp", learningRate: 1e-2, published: [70.59, 82.12, 20] },
  { net: "ab", scheme: "boost-b", mode: "seq", learningRate: 1e-2, published: [62.87, 82.58, 30] },
  {
    net: "ab",
    scheme: "boost-b",
    mode: "indp",
    learningRate: 1e-2,
    options: { alpha: "samme", shrinkage: 0.1 },
    published: [69.65, 82.13, 21],
  },
  { net: "ab", scheme: "boost-c", mode: "seq", learningRate: 1e-4, published: [67.88, 79.4, 27] },
  { net: "ab", scheme: "boost-d", mode: "indp", learningRate: 1e-3, published: [68.72, 82.04, 22] },
  { net: "sb", scheme: "bagging", mode: "seq", learningRate: 1e-3, published: [77.87, 89.12, 25] },
  { net: "sb", scheme: "boost-a", mode: "seq", learningRate: 1e-2, published: [80.33, 88.12, 15] },
  { net: "sb", scheme: "boost-b", mode: "seq", learningRate: 1e-3, published: [84.23, 87.9, 31] },
  { net: "sb", scheme: "boost-c", mode: "seq", learningRate: 1e-3, published: [83.68, 89.0, 25] },
  { net: "sb", scheme: "boost-c", mode: "indp", learningRate: 1e-2, published: [80.38, 87.72, 23] },
  { net: "sb", scheme: "boost-d", mode: "seq", learningRate: 1e-3, published: [84.5, 88.83, 24] },
];

/**
 * The reference's thirteen recipes for CIFAR-10: 32 members, 100 epochs each, batch 128, soft vote. They train only on the full dataset,
 * never implicitly on the sample: `--data DIR`, or `--set dataset.source=download`. The reference's sequential runs started from a trained
 * model, which is not published: `--set init=FOLDER` provides one, `--set pretrainEpochs=100` trains one first.
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019, and its published runs
 */
export const cifar10Recipes: Readonly<Record<string, Definition<Preset>>> = Object.fromEntries(
  recipes.map(({ net, scheme, mode, learningRate, options, published: [single, ensemble, overfitsFrom] }) => {
    const names = [net === "ab" ? "all-binary NIN" : "semi-binary NIN", scheme, mode === "seq" ? "sequential" : "independent"];
    const preset: Preset = {
      published: { single, ensemble, overfitsFrom },
      config: {
        dataset: { name: "cifar10", source: "folder" },
        architecture: net === "ab" ? "allbinnet" : "nin",
        scheme: { name: scheme, ...options },
        mode: mode === "seq" ? "sequential" : "independent",
        voter: "soft",
        members: 32,
        epochs: 100,
        batchSize: 128,
        learningRate,
      },
    };
    return [`cifar10-${net}-${scheme}-${mode}`, { description: names.join(", "), create: () => preset }];
  }),
);
