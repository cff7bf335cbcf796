import { join } from "node:path";
import { type LoadOptions, UserError } from "@benn/core";
import { type FittedPreprocess, type ImageReader, type Images, standardizeRows, type Tick, watchLoading } from "@benn/data-kit";
import { GCN_SCALE } from "./contrast-normalize.ts";
import { fitZca, ZCA_RIDGE } from "./fit-zca.ts";
import { PLANE, SHAPE, SIZE } from "./images.ts";
import { keepZca } from "./keep-zca.ts";
import type { Source } from "./source.ts";
import { createWhitener } from "./whiten.ts";

/**
 * Fits the preprocessing on these rows of the training images.
 * @param cache folder in which a slow fit is stored
 * @throws UserError if the images are not bytes, which means that they are preprocessed already, but `gcn-zca` is requested
 */
export async function fitPreprocess(
  name: "standardize" | "gcn-zca",
  { train, files }: Source,
  rows: Int32Array,
  { dataset, cache, load }: { readonly dataset: string; readonly cache: string; readonly load: LoadOptions },
): Promise<FittedPreprocess> {
  const { pixels } = train;
  if (!(pixels instanceof Uint8Array)) {
    if (name === "standardize") return { reader: asTheyAre, preprocessing: [], facts: { preprocess: "none: the arrays hold floats" } };
    throw new UserError(
      `${dataset}: preprocess is ${name}, but the arrays hold floats, which are used as they are. Save the pixels as uint8, or leave preprocess out.`,
    );
  }
  if (name === "standardize") return standardizeRows(train, rows, SHAPE, { planes: true });
  const watch = watchLoading(load);
  const tick =
    (what: string): Tick =>
    (done, total) =>
      watch(what, done, total);
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

/** Changes only the layout, from planes to channels last: for images that are preprocessed already. */
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
