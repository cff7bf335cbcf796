import type { LoadedDataset, Split } from "../dataset.ts";
import { readExperiment } from "./experiment.ts";
import { readPreprocessing } from "./preprocessing-file.ts";

/**
 * What a run keeps of its dataset: shape, labels, preprocessing, provenance. Enough to build its nets and to prepare an image for them; its
 * splits hold no rows.
 * @returns undefined for a run of a version that did not keep it, whose dataset has to be loaded
 * @throws UserError when a file of the run is damaged
 */
export async function readRunData(folder: string): Promise<LoadedDataset | undefined> {
  const { data, dataset } = await readExperiment(folder);
  if (!data) return undefined;
  const none: Split = { labels: new Int32Array(0), images: () => new Float32Array(0) };
  const preprocessing = await readPreprocessing(folder, data.preprocessing);
  return { shape: data.shape, labels: data.labels, train: none, test: none, provenance: dataset, preprocessing };
}
