import * as tf from "../tensorflow.ts";
import { allFinite } from "../checked/all-finite.ts";
import { createAugment } from "../augment.ts";
import { createRandom, shuffle } from "../random.ts";
import { EVALUATION } from "../layer-context.ts";
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

/** Rows of the member's draw in an epoch from which statistics are computed, in the order in which they are run. */
export function statisticsRows(task: Omit<StatisticsTask, "model">, epoch: number): Int32Array {
  const { member, run, data } = task;
  const draw = drawRows(task, epoch, "train");
  const rows = draw.kind === "rows" ? draw.rows.slice() : allRows(data.train.labels.length);
  return shuffle(rows, createRandom(run.seed, "batch-norm", member, epoch)).slice(0, run.batchNorm.rows);
}

/**
 * Recomputes the statistics of every batch norm for the current weights, and replaces the running ones. Norms are processed in order: the
 * statistics of each are the mean and variance over all rows of its input, which earlier norms already normalize by their new statistics,
 * as they will in evaluation. Everything else is as in evaluation, too: no dropout, kernels as they are exported.
 *
 * A single pass for all norms, each normalizing by its batch, would be cheaper but fails for binary networks: after a ReLU many activations
 * are exactly 0, and a small change of a mean flips the sign of all of them. The input of later norms would then differ from what their
 * statistics describe.
 *
 * Yields the rows done, of `rows.length` for each norm.
 * @param rows of the training split: `statisticsRows`
 * @returns true
 * @throws UserError that names the first layer whose statistics are not finite
 * @see Y. Wu and J. Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3 (PreciseBN), which takes one pass
 */
export async function* recomputeStatistics(
  task: StatisticsTask,
  epoch: number,
  rows: Int32Array,
  resident: ResidentImages | undefined,
): AsyncGenerator<number, true> {
  const { member, run, model, data } = task;
  const size = partRows(run);
  const batch = (nth: number): Batch => ({
    rows: rows.subarray(nth * size, (nth + 1) * size),
    // A row is mirrored as in this epoch's training; other draws are independent.
    augment: () => ({ ...createAugment(run.seed, member, epoch, nth), random: createRandom(run.seed, "batch-norm", member, epoch, nth) }),
  });
  prepareLayers(model, EVALUATION);
  let done = 0;
  for (const norm of batchNormsOf(model)) {
    const channels = sizeOf(norm.mean);
    /** Σ rows · m and Σ rows · (v + m²), in float64. */
    const [means, squares] = [new Float64Array(channels), new Float64Array(channels)];
    const keep = (): tf.Tensor => tf.concat([norm.mean.read(), norm.variance.read()]);
    norm.normalizeByBatch(true);
    try {
      const options = { batches: Math.ceil(rows.length / size), batch, shape: data.shape, resident, keep };
      for await (const { nth, values } of forwardBatches(upTo(model, norm.layer), data.train, options)) {
        const { length } = batch(nth).rows;
        for (let i = 0; i < channels; i++) {
          const [mean = Number.NaN, variance = Number.NaN] = [values[i], values[channels + i]];
          means[i]! += length * mean;
          squares[i]! += length * (variance + mean * mean);
        }
        yield (done += length);
      }
    } finally {
      norm.normalizeByBatch(false);
    }
    const mean = means.map((sum) => sum / rows.length);
    const variance = squares.map((sum, i) => Math.max(0, sum / rows.length - (mean[i] ?? 0) ** 2));
    write(`${nameOf(member)}, epoch ${epoch + 1}`, norm, Float32Array.from(mean), Float32Array.from(variance));
  }
  return true;
}

/** The total number of rows that `recomputeStatistics` yields at its end. */
export function rowsToRun(model: tf.LayersModel, rows: Int32Array): number {
  return batchNormsOf(model).length * rows.length;
}

/**
 * The model's layers up to the named one; all of them if that one is applied more than once. The layers are shared with the model, which
 * owns them.
 */
function upTo(model: tf.LayersModel, name: string): tf.LayersModel {
  const layer = model.getLayer(name);
  return layer.inboundNodes.length === 1 ? tf.model({ inputs: model.inputs, outputs: layer.output }) : model;
}

function write(who: string, { layer, mean, variance }: BatchNorm, means: Float32Array, variances: Float32Array): void {
  if (![means, variances].every(allFinite)) {
    throw new UserError(`${who}: layer ${layer} has batch-norm statistics that are not finite. Lower learningRate and start again.`);
  }
  tf.tidy(() => {
    mean.write(tf.tensor1d(means));
    variance.write(tf.tensor1d(variances));
  });
}

function sizeOf({ shape }: tf.LayerVariable): number {
  return shape.reduce<number>((product, n) => product * (n ?? 1), 1);
}
