import type { LoadedDataset } from "@benn/core";
import type { Ensemble } from "@benn/core/node";
import { winners } from "@benn/core/staged-vote";
import { picturePixels } from "../report/picture-pixels.ts";
import { readSampleWeights } from "../report/read-sample-weights.ts";
import type { WeightInsight } from "./insight.ts";

/** The sample weights of a run, and the images with the largest weights, with the predictions of its voting members. */
export async function readWeights(ensemble: Ensemble, data: LoadedDataset): Promise<WeightInsight> {
  const { folder, members, classes, splits } = ensemble;
  const { train } = data;
  const { rounds, heaviest } = await readSampleWeights(
    folder,
    members.map(({ member }) => member),
    train.labels.length,
  );
  const [height, width, channels] = data.shape;
  const rows = heaviest.map(({ row }) => row);
  const images = rows.length > 0 && (channels === 1 || channels === 3) ? await train.images(Int32Array.from(rows)) : undefined;
  const pixels = picturePixels(data);
  const size = height * width * channels;
  return {
    classes,
    rounds,
    heaviest: heaviest.map(({ row, times }, i) => {
      const bytes = images && pixels.of(images.subarray(i * size, (i + 1) * size));
      const logits = splits.train?.logits(row, row + 1) ?? [];
      return {
        row,
        times,
        label: train.labels[row] ?? 0,
        votes: members.flatMap(({ alpha }, m) => (alpha === undefined || !logits[m] ? [] : Array.from(winners(logits[m], classes.length)))),
        ...(bytes
          ? {
              picture: {
                width,
                height,
                rgb: channels === 3 ? bytes : Uint8Array.from({ length: 3 * bytes.length }, (_, at) => bytes[Math.floor(at / 3)]!),
              },
            }
          : {}),
      };
    }),
  };
}
