import * as tf from "../tensorflow.ts";
import type { Split } from "../dataset.ts";
import { runTrainingKernel } from "../kernels.ts";
import { MOVE_NUMBERS } from "../moves.ts";
import { OutOfMemoryError } from "../out-of-memory.ts";
import type { Batch } from "./images-ahead.ts";

/** Larger sets are sent batch by batch: the device needs its memory for the steps. */
const MOST_BYTES = 2 ** 30;
const ROWS_AT_A_TIME = 1000;

/**
 * A split's images on the device, where batches are gathered, mirrored, shifted and cut out: only row numbers are sent per step. The images
 * of a batch are bit-identical to those that the split itself returns.
 */
export class ResidentImages {
  readonly #images: tf.Tensor;
  readonly #split: Split;

  private constructor(images: tf.Tensor, split: Split) {
    this.#images = images;
    this.#split = split;
  }

  /**
   * Sends a split to the device, if the device has its own memory (the kernel `GatherImages`), the images fit, and the split implements
   * `moves`.
   */
  static async of(split: Split, shape: readonly [number, number, number]): Promise<ResidentImages | undefined> {
    const rows = split.labels.length;
    const size = shape[0] * shape[1] * shape[2];
    if (!tf.getKernel("GatherImages", tf.getBackend()) || !split.moves) return undefined;
    if (rows === 0 || 4 * rows * size > MOST_BYTES) return undefined;
    const values = new Float32Array(rows * size);
    for (let at = 0; at < rows; at += ROWS_AT_A_TIME) {
      const some = Int32Array.from({ length: Math.min(ROWS_AT_A_TIME, rows - at) }, (_, i) => at + i);
      values.set(await split.images(some), at * size);
    }
    const images = tf.tensor4d(values, [rows, ...shape]);
    const resident = new ResidentImages(images, split);
    try {
      const first = resident.batch({ rows: Int32Array.of(0) }); // the transfer happens only now
      await first.data();
      first.dispose();
      return resident;
    } catch (error) {
      images.dispose();
      if (error instanceof OutOfMemoryError) return undefined;
      throw error;
    }
  }

  /**
   * Rows `from` to `to` − 1 of a batch, moved as parts of the whole batch: a part has the same images as in the whole batch.
   * @returns [to − from, height, width, channels], which the caller disposes
   */
  batch({ rows: all, augment }: Batch, from = 0, to = all.length): tf.Tensor4D {
    const own = augment?.();
    const moves = own && this.#split.moves?.(all, own);
    const rows = all.subarray(from, to);
    return tf.tidy(() => {
      const inputs = {
        images: this.#images,
        rows: tf.tensor1d(rows, "int32"),
        ...(moves
          ? { moves: tf.tensor2d(moves.values.subarray(MOVE_NUMBERS * from, MOVE_NUMBERS * to), [rows.length, MOVE_NUMBERS], "int32") }
          : {}),
      };
      const [batch] = runTrainingKernel("GatherImages", inputs, { reflect: moves?.padding === "reflect" ? 1 : 0 }) ?? [];
      if (!batch) throw new Error("GatherImages: the backend that has it is no longer the current one");
      return batch as tf.Tensor4D;
    });
  }

  dispose(): void {
    this.#images.dispose();
  }
}
