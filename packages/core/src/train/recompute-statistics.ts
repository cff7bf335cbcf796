import * as tf from "@tensorflow/tfjs";
import { allFinite } from "../checked/all-finite.ts";
import { createAugment } from "../augment.ts";
import { createRandom, shuffle } from "../random.ts";
import { EVALUATION } from "../step.ts";
import { UserError } from "../user-error.ts";
import { type BatchNorm, batchNormsOf } from "./batch-norms.ts";
import { drawRows } from "./draw-rows.ts";
import { forwardBatches } from "./forward-batches.ts";
import type { Batch } from "./images-ahead.ts";
import type { MemberTask } from "./member-task.ts";
import { nameOf } from "./memory-advice.ts";
import { partRows } from "./part-rows.ts";
import { allRows, prepareLayers } from "./predict-logits.ts";
import type { ResidentImages } from "./resident-images.ts";

type StatisticsTask = Pick<MemberTask, "member" | "run" | "model" | "data" | "scheme" | "sampleWeights">;

/** Rows of the member's draw in an epoch that statistics are computed of, in the order in which they are run. */
export function statisticsRows(task: Omit<StatisticsTask, "model">, epoch: number): Int32Array {
  const { member, run, data } = task;
  const draw = drawRows(task, epoch, "train");
  const rows = draw.kind === "rows" ? draw.rows.slice() : allRows(data.train.labels.length);
  return shuffle(rows, createRandom(run.seed, "batch-norm", member, epoch)).slice(0, run.batchNorm.rows);
}

/**
 * Computes the statistics of every batch norm anew for the weights as they are, and puts them in place of the running ones. Training batches
 * are run forward, augmented as in training, with each batch norm normalising by the batch, as in training, and all else as in evaluation: no
 * dropout, kernels as they are exported. The statistics are mean and variance of all rows together: the mean of the batches' means m, and
 * the mean of their biased variances plus the variance of m, each batch counting by its rows, in float64.
 * Yields the rows done.
 * @param rows of the training split: `statisticsRows`
 * @returns true
 * @throws UserError naming the first layer whose statistics are not finite
 * @see Y. Wu and J. Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3 (PreciseBN)
 */
export async function* recomputeStatistics(
  task: StatisticsTask,
  epoch: number,
  rows: Int32Array,
  resident: ResidentImages | undefined,
): AsyncGenerator<number, true> {
  const { member, run, model, data } = task;
  const norms = batchNormsOf(model);
  if (norms.length === 0) return true;
  const size = partRows(run);
  const batch = (nth: number): Batch => ({
    rows: rows.subarray(nth * size, (nth + 1) * size),
    // A row keeps the side that it has in this epoch's training; draws are of their own.
    augment: () => ({ ...createAugment(run.seed, member, epoch, nth), random: createRandom(run.seed, "batch-norm", member, epoch, nth) }),
  });
  /** Of all norms, one after the other: Σ rows · m and Σ rows · (v + m²). */
  const channels = norms.reduce((sum, { mean }) => sum + sizeOf(mean), 0);
  const [means, squares] = [new Float64Array(channels), new Float64Array(channels)];
  const keep = (): tf.Tensor => tf.concat([...norms.map(({ mean }) => mean.read()), ...norms.map(({ variance }) => variance.read())]);
  prepareLayers(model, EVALUATION);
  for (const norm of norms) norm.normalizeByBatch(true);
  try {
    const options = { batches: Math.ceil(rows.length / size), batch, shape: data.shape, resident, keep };
    for await (const { nth, values } of forwardBatches(model, data.train, options)) {
      const { length } = batch(nth).rows;
      for (let i = 0; i < channels; i++) {
        const [mean = Number.NaN, variance = Number.NaN] = [values[i], values[channels + i]];
        means[i]! += length * mean;
        squares[i]! += length * (variance + mean * mean);
      }
      yield Math.min(rows.length, (nth + 1) * size);
    }
  } finally {
    for (const norm of norms) norm.normalizeByBatch(false);
  }
  const mean = Float32Array.from(means, (sum) => sum / rows.length);
  const variance = Float32Array.from(squares, (sum, i) => Math.max(0, sum / rows.length - ((means[i] ?? 0) / rows.length) ** 2));
  write(`${nameOf(member)}, epoch ${epoch + 1}`, norms, mean, variance);
  return true;
}

function write(who: string, norms: readonly BatchNorm[], means: Float32Array, variances: Float32Array): void {
  let from = 0;
  for (const { layer, mean, variance } of norms) {
    const to = from + sizeOf(mean);
    const own = [means.subarray(from, to), variances.subarray(from, to)] as const;
    if (!own.every(allFinite)) {
      throw new UserError(`${who}: layer ${layer} has batch-norm statistics that are not finite. Lower learningRate and start again.`);
    }
    tf.tidy(() => {
      mean.write(tf.tensor1d(own[0]));
      variance.write(tf.tensor1d(own[1]));
    });
    from = to;
  }
}

function sizeOf({ shape }: tf.LayerVariable): number {
  return shape.reduce<number>((product, n) => product * (n ?? 1), 1);
}
