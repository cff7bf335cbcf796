import { type Split } from "@benn/core";
import { winners } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import type { VoteName } from "../graph.ts";
import { load } from "../load.ts";
import { floatsOf } from "../read-safetensors.ts";
import { type CheckedModel, readModel } from "../read-model.ts";
import { addVote, winnerOf } from "../tally.ts";

/** Compares the file's results on the test images with those of the run's training graphs. */
export interface Verification {
  readonly images: number;
  /** Whether the file was given pictures, as bytes; otherwise the floats of the dataset. */
  readonly pictures: boolean;
  /** Per member: number of images with another class, and with a different bit in any logit; and the largest difference of a logit. */
  readonly members: readonly { readonly otherClass: number; readonly otherLogits: number; readonly largestDifference: number }[];
  /** By voter: number of images for which the file's vote predicts another class. */
  readonly votes: Readonly<Record<string, number>>;
}

/** Number of images read at a time. */
const ROWS = 250;

/**
 * Logits [images, classes] of the test images by the graph as it is: its layers are not prepared again, since that would centre kernels
 * again and could change the last digit of a scale.
 */
export async function graphLogits(model: tf.LayersModel, test: Split): Promise<Float32Array> {
  const classes = model.outputShape.at(-1) as number;
  const images = test.labels.length;
  const logits = new Float32Array(images * classes);
  for (let first = 0; first < images; first += ROWS) {
    const rows = Int32Array.from({ length: Math.min(ROWS, images - first) }, (_, i) => first + i);
    const floats = await test.images(rows);
    const own = tf.tidy(() => model.apply(tf.tensor(floats, [rows.length, ...(model.inputs[0]!.shape.slice(1) as number[])])) as tf.Tensor);
    logits.set(await own.data<"float32">(), first * classes);
    own.dispose();
  }
  return logits;
}

/**
 * Runs a .benn file on every test image and compares it with the logits of the training graphs.
 * @param run the test split; for each member in the file its logits [images, classes]; by voter its scores [images, classes] for those, and
 *   the file's vote that stands for it
 */
export async function verifyExport(
  file: Uint8Array,
  run: {
    readonly test: Split;
    readonly logits: readonly Float32Array[];
    readonly votes: ReadonlyMap<string, { readonly vote: VoteName; readonly scores: Float64Array }>;
    onProgress?(done: { readonly images: number; readonly of: number }): void;
  },
): Promise<Verification> {
  const model = await load(file);
  const checked = readModel(file, "model");
  const classes = model.labels.length;
  const size = model.shape[0] * model.shape[1] * model.shape[2];
  const images = run.test.labels.length;
  const expected = run.logits.map((own) => winners(own, classes));
  const voters = [...run.votes].map(([name, { vote, scores }]) => ({ name, vote, expected: winners(scores, classes), otherClass: 0 }));
  const members = run.logits.map(() => ({ otherClass: 0, otherLogits: 0, largestDifference: 0 }));
  let pictures = true;
  for (let first = 0; first < images; first += ROWS) {
    const rows = Int32Array.from({ length: Math.min(ROWS, images - first) }, (_, i) => first + i);
    const floats = await run.test.images(rows);
    const bytes = bytesOf(floats, checked);
    pictures &&= bytes !== undefined;
    for (const [i, row] of rows.entries()) {
      const image = (bytes ?? floats).subarray(i * size, (i + 1) * size);
      const cast = [...model.votes(image)];
      for (const vote of cast) {
        const own = run.logits[vote.member]?.subarray(row * classes, (row + 1) * classes);
        const counts = members[vote.member];
        if (!counts) continue;
        if (vote.class !== expected[vote.member]?.[row]) counts.otherClass++;
        const differences = [...vote.logits].map((logit, c) => (logit === own?.[c] ? 0 : Math.abs(logit - (own?.[c] ?? Number.NaN))));
        if (differences.some((difference) => difference !== 0)) counts.otherLogits++;
        counts.largestDifference = Math.max(counts.largestDifference, ...differences);
      }
      for (const voter of voters) {
        const scores = new Float64Array(classes);
        for (const { logits, alpha } of cast) addVote(scores, logits, alpha, voter.vote);
        if (winnerOf(scores) !== voter.expected[row]) voter.otherClass++;
      }
    }
    run.onProgress?.({ images: first + rows.length, of: images });
  }
  return { images, pictures, members, votes: Object.fromEntries(voters.map(({ name, otherClass }) => [name, otherClass])) };
}

/** The bytes of the pictures, red first, if they can be recovered from the floats: standardization can be inverted, whitening cannot. */
function bytesOf(floats: Float32Array, { tensors, shape, picture }: CheckedModel): Uint8Array | undefined {
  const [, , channels] = shape;
  const [mean, deviation] = ["mean", "deviation"].map((name) => {
    const tensor = tensors.get(name);
    return tensor ? floatsOf(tensor) : new Float32Array(0);
  }) as [Float32Array, Float32Array];
  const out = new Uint8Array(floats.length);
  for (const [i, value] of floats.entries()) {
    const [middle, scale] = [mean[i % mean.length] as number, deviation[i % channels] as number];
    const byte = Math.round(value * scale + middle);
    if (!(byte >= 0 && byte <= 255) || Math.fround((byte - middle) / scale) !== value) return undefined;
    out[picture.channelOrder === "bgr" ? i + 2 - 2 * (i % 3) : i] = byte;
  }
  return out;
}
