import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "./exam-host.ts";
import type { Metric } from "../metric.ts";
import { createRandom } from "../random.ts";

const [ROWS, CLASSES] = [40, 12];

/**
 * Conformance tests for every metric: `testMetric("brier", () => brier)`.
 * @param create creates the metric as its definition does; called for every run
 */
export function testMetric(name: string, create: () => Metric): void {
  describe(`the metric ${name}`, () => {
    beforeAll(() => tf.setBackend("cpu"));

    test("has a title, and a direction", () => {
      const { title, better, unit } = create();
      expect(title).toMatch(/\S/);
      expect(["higher", "lower"]).toContain(better);
      expect(unit).toBeTypeOf("string");
    });

    test("is finite, and NaN without rows", () => {
      const { scores, labels } = problem(1);
      expect(create().of(scores, labels)).toSatisfy(Number.isFinite, "is finite");
      expect(create().of(new Float32Array(0), new Int32Array(0))).toBeNaN();
    });

    test("is better for scores that know the labels than for scores that know the opposite", () => {
      const { labels } = problem(1);
      const [right, wrong] = [9, -9].map((height) => {
        const scores = new Float32Array(ROWS * CLASSES);
        for (const [row, label] of labels.entries()) scores[row * CLASSES + label] = height;
        return create().of(scores, labels);
      });
      const gain = (right ?? Number.NaN) - (wrong ?? Number.NaN);
      expect(create().better === "higher" ? gain : -gain).toBeGreaterThan(0);
    });

    test("does not depend on the order of rows, nor change what it is given", () => {
      const { scores, labels } = problem(1);
      const before = scores.slice();
      const value = create().of(scores, labels);
      const backwards = Float32Array.from(scores, (_, i) => {
        const row = ROWS - 1 - Math.floor(i / CLASSES);
        return scores[row * CLASSES + (i % CLASSES)] ?? 0;
      });
      expect(create().of(backwards, labels.toReversed())).toBeCloseTo(value, 6);
      expect(scores).toEqual(before);
    });

    test("sums over the rows of a batch on the device to what it is of them, and leaves no tensor behind", () => {
      const metric = create();
      if (!metric.sum) return;
      const { scores, labels } = problem(1);
      const { numTensors } = tf.memory();
      const sum = tf.tidy(() => metric.sum?.(tf.tensor2d(scores, [ROWS, CLASSES]), tf.tensor1d(labels, "int32")).dataSync()[0]);
      expect((sum ?? Number.NaN) / ROWS).toBeCloseTo(metric.of(scores, labels), 5);
      expect(tf.memory().numTensors).toBe(numTensors);
    });
  });
}

function problem(seed: number): { readonly scores: Float32Array; readonly labels: Int32Array } {
  const random = createRandom(seed, "metric exam");
  return {
    scores: Float32Array.from({ length: ROWS * CLASSES }, () => random.normal()),
    labels: Int32Array.from({ length: ROWS }, () => random.integer(CLASSES)),
  };
}
