import type { Dataset, z } from "@benn/core";
import { augmentationOf, cacheFolder, loadInMemory } from "@benn/data-kit";
import { choosePlace, type preparationOptions } from "./cifar-options.ts";
import { fitPreprocess } from "./fit-preprocess.ts";
import { SHAPE, SIDE } from "./images.ts";
import type { Layout } from "./layout.ts";
import { locateBatches } from "./locate-batches.ts";
import { type CifarSource, readSource } from "./read-source.ts";
import { SAMPLE_WORDS } from "./sample.ts";

type Options = z.output<z.ZodObject<typeof preparationOptions>> & {
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly source: CifarSource["from"];
};

/**
 * A dataset of the CIFAR family: photographs of 32×32, [32, 32, 3], held in memory.
 * @throws UserError for options that exclude one another
 */
export function loadCifar(layout: Layout, options: Options): Dataset {
  const { dataset, title, classes } = layout;
  const { cache = cacheFolder(dataset), trainRows, testRows } = options;
  const augmentation = augmentationOf(dataset, options, SIDE);
  const place = choosePlace(layout, options, cache);
  return {
    expected: { shape: SHAPE, classes, moves: true },
    ...(place.from === "sample" ? { sample: SAMPLE_WORDS } : {}),
    locate: () => locateBatches(layout, options),
    async load(load) {
      const source = await readSource(place, layout, load);
      const { train, test, labels, files } = source;
      return await loadInMemory(
        {
          dataset,
          shape: SHAPE,
          labels,
          train,
          test,
          trainRows,
          testRows,
          augmentation,
          provenance: { dataset: title, source: place.from, sha256: files },
          fit: (rows) => fitPreprocess(options.preprocess, source, rows, { dataset, cache, load }),
        },
        load,
      );
    },
  };
}
