import type { LoadedDataset, Split } from "../dataset.ts";
import { readExperiment } from "./experiment.ts";
import { readPreprocessing } from "./preprocessing-file.ts";
import { readValidationLabels } from "./validation-labels.ts";

/**
 * What a run stores of its dataset: shape, class names, labels of the held-out rows, preprocessing, provenance. Enough to build its
 * networks, fit its voters and prepare images. Its splits contain no images, and those of training and test no rows.
 * @returns undefined for a run of a version that did not store it, whose dataset must be loaded
 * @throws UserError if a file of the run is damaged
 */
export async function readRunData(folder: string): Promise<LoadedDataset | undefined> {
  const { data, dataset } = await readExperiment(folder);
  if (!data) return undefined;
  const splitOf = (labels: Int32Array): Split => ({
    labels,
    images() {
      throw new Error(`run folder ${folder}: keeps no images`);
    },
  });
  const none = splitOf(new Int32Array(0));
  const held = data.rows.validation;
  return {
    shape: data.shape,
    labels: data.labels,
    train: none,
    ...(held === undefined ? {} : { validation: splitOf(await readValidationLabels(folder, held)) }),
    test: none,
    provenance: dataset,
    preprocessing: await readPreprocessing(folder, data.preprocessing),
  };
}
