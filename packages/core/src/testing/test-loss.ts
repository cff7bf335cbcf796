import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "./exam-host.ts";
import type { Loss } from "../loss.ts";
import { createRandom } from "../random.ts";

const [BATCH, CLASSES] = [5, 4];

/**
 * Conformance tests for every loss: `testLoss("smoothed", () => smoothed({ smoothing: 0.1 }))`.
 * @param create creates the loss as its definition does; called for every member
 */
export function testLoss(name: string, create: () => Loss): void {
  describe(`the loss ${name}`, () => {
    beforeAll(() => tf.setBackend("cpu"));

    test("is a finite number for each row, with logits small and large", () => {
      for (const scale of [0, 1, 50]) {
        const rows = rowsOf(create(), logitsOf(scale));
        expect(rows).toHaveLength(BATCH);
        expect(rows.every(Number.isFinite), `losses of logits around ±${scale} are finite`).toBe(true);
      }
    });

    test("of a row depends on that row alone", () => {
      const logits = logitsOf(1);
      const others = logits.map((value, i) => (i < CLASSES ? value : -value));
      expect(rowsOf(create(), others)[0]).toBeCloseTo(rowsOf(create(), logits)[0] ?? Number.NaN, 6);
    });

    test("has the gradient that finite differences have", () => {
      const logits = logitsOf(1);
      const gradient = tf.tidy(() => {
        const sum = (x: tf.Tensor): tf.Scalar => tf.sum(create().rows(batchOf(create(), x as tf.Tensor2D)));
        return [
          ...tf
            .grad(sum)(tf.tensor2d(logits, [BATCH, CLASSES]))
            .dataSync(),
        ];
      });
      const total = (values: Float32Array): number => rowsOf(create(), values).reduce((sum, row) => sum + row, 0);
      for (const [i, g] of gradient.entries()) {
        const [up, down] = [1e-2, -1e-2].map((d) => total(logits.with(i, (logits[i] ?? 0) + d)));
        expect(Math.abs(g - ((up ?? 0) - (down ?? 0)) / 2e-2), `gradient of logit ${i}`).toBeLessThan(2e-3 * Math.max(1, Math.abs(g)));
      }
    });

    test("is the same each time, and leaves no tensor behind", () => {
      const { numTensors } = tf.memory();
      const once = rowsOf(create(), logitsOf(1));
      expect(rowsOf(create(), logitsOf(1))).toEqual(once);
      expect(tf.memory().numTensors).toBe(numTensors);
    });
  });
}

function logitsOf(scale: number): Float32Array {
  const random = createRandom(1, "loss exam");
  return Float32Array.from({ length: BATCH * CLASSES }, () => scale * random.normal());
}

function batchOf(loss: Loss, logits: tf.Tensor2D): Parameters<Loss["rows"]>[0] {
  const labels = tf.tensor1d(
    Array.from({ length: BATCH }, (_, row) => row % CLASSES),
    "int32",
  );
  const teacher = loss.teacher === undefined ? {} : { teacherLogits: tf.tensor2d(logitsOf(-2), [BATCH, CLASSES]) };
  const ensemble = loss.additive ? { ensemble: { logits: tf.tensor2d(logitsOf(-1.5), [BATCH, CLASSES]), weight: 2 } } : {};
  return { logits, labels, epoch: 1, epochs: 3, ...teacher, ...ensemble };
}

function rowsOf(loss: Loss, logits: Float32Array): Float32Array {
  return tf.tidy(() => {
    const rows = loss.rows(batchOf(loss, tf.tensor2d(logits, [BATCH, CLASSES])));
    expect(rows.shape).toEqual([BATCH]);
    return Float32Array.from(rows.dataSync());
  });
}
