import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type LoadOptions, type Preprocessing, UserError } from "@benn/core";
import { GCN_SCALE } from "./contrast-normalize.ts";
import { fitZca, ZCA_RIDGE } from "./fit-zca.ts";
import { type Images, PLANE, SIZE } from "./images.ts";
import { keepZca } from "./keep-zca.ts";
import type { ImageReader } from "./make-split.ts";
import type { Source } from "./source.ts";
import { fitStandardize } from "./standardize.ts";
import type { Tick } from "./tick.ts";
import { createWhitener } from "./whiten.ts";

export interface FittedPreprocess {
  /** Reads a set's images preprocessed. */
  readonly reader: (images: Images) => ImageReader;
  /** What another runtime does to have the same; README.md has the arithmetic. */
  readonly preprocessing: Preprocessing;
  /** What was done, for the record of the run. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Fits the preprocessing to these rows of the training images.
 * @param cache folder in which a fit that took long is kept
 * @throws UserError when the images are not bytes and so have been preprocessed already, but `gcn-zca` is asked for
 */
export async function fitPreprocess(
  name: "standardize" | "gcn-zca",
  { train: { pixels }, files }: Source,
  rows: Int32Array,
  { cache, load }: { readonly cache: string; readonly load: LoadOptions },
): Promise<FittedPreprocess> {
  if (!(pixels instanceof Uint8Array)) {
    if (name === "standardize") return { reader: asTheyAre, preprocessing: [], facts: { preprocess: "none: the arrays hold floats" } };
    throw new UserError(
      `cifar10: preprocess is ${name}, but the arrays hold floats, which are used as they are. Save the pixels as uint8, or leave preprocess out.`,
    );
  }
  if (name === "standardize") {
    const { mean, deviation, reader } = fitStandardize(pixels, rows);
    const facts = { preprocess: name, mean: [...mean], deviation: [...deviation], fittedOn: rows.length };
    return { reader, preprocessing: [{ operation: "standardize", mean, deviation }], facts };
  }
  const tick = (what: string): Tick => {
    return async (done, total) => {
      load.onProgress?.({ what, done, total });
      await setImmediate(); // for whoever draws, or aborts
      load.signal?.throwIfAborted();
    };
  };
  const zca = await keepZca(join(cache, "gcn-zca"), { files, rows }, () =>
    fitZca(pixels, rows, { covariance: tick("fitting ZCA: covariance"), root: tick("fitting ZCA: whitening matrix") }),
  );
  return {
    reader: await createWhitener(zca),
    preprocessing: [
      { operation: "contrastNormalize", scale: GCN_SCALE },
      { operation: "whiten", ...zca },
    ],
    facts: { preprocess: name, gcnScale: GCN_SCALE, zcaRidge: ZCA_RIDGE, fittedOn: rows.length },
  };
}

/** No change but of layout, from planes to channels last: for images that come preprocessed. */
function asTheyAre({ pixels }: Images): ImageReader {
  return (rows, into) => {
    for (const [place, row] of rows.entries()) {
      for (let channel = 0; channel < 3; channel++) {
        const from = row * SIZE + channel * PLANE;
        const to = place * SIZE + channel;
        for (let at = 0; at < PLANE; at++) into[to + 3 * at] = pixels[from + at]!;
      }
    }
  };
}
