import { type Dataset, DATASETS, definePlugin, z } from "@benn/core";
import { augmentationOf, augmentOptions, type Images, loadInMemory } from "@benn/data-kit";

const SIDE = 8;

/** Grey stripes, across or down. Read your own images here: bytes [n, height, width, channels], and the class of each. */
function readImages(rows: number, first: number): Images {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const pixels = Uint8Array.from({ length: rows * SIDE * SIDE }, (_, i) => {
    const row = Math.floor(i / SIDE / SIDE);
    const along = labels[row] === 0 ? i % SIDE : Math.floor(i / SIDE) % SIDE;
    return ((along + first + row) % 2) * 150 + ((7 * i + 31 * row + first) % 90);
  });
  return { labels, pixels };
}

export const myDatasetOptions = z.object(augmentOptions({ flip: false, side: SIDE }));

/** Rows are held out of each class alike, and images are standardized and augmented, by the data kit. */
export const myDataset = (options: z.output<typeof myDatasetOptions>): Dataset => ({
  load: async (load) =>
    await loadInMemory(
      {
        dataset: "my-dataset",
        shape: [SIDE, SIDE, 1],
        labels: ["across", "down"],
        train: readImages(200, 0),
        test: readImages(60, 1000),
        trainRows: undefined,
        testRows: undefined,
        augmentation: augmentationOf("my-dataset", options, SIDE),
        provenance: { source: "made up" },
      },
      load,
    ),
});

export default definePlugin({
  name: "my-dataset",
  register(container) {
    container.resolve(DATASETS).add("my-dataset", {
      description: "stripes across or down",
      options: myDatasetOptions,
      create: myDataset,
    });
  },
});
