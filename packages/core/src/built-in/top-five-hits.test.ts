import * as tf from "../tensorflow.ts";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { topFiveAccuracy } from "../staged-vote.ts";
import { topFiveHits } from "./top-five-hits.ts";

beforeAll(() => tf.setBackend("cpu"));

test("counts what topFiveAccuracy counts, equal logits included, and keeps nothing", () => {
  const problem = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 17 })).chain(([batch, classes]) =>
    fc.record({
      logits: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: batch * classes, maxLength: batch * classes }),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: batch, maxLength: batch }),
    }),
  );
  fc.assert(
    fc.property(problem, ({ logits, labels }) => {
      const tensors = tf.memory().numTensors;
      const [x, y] = [tf.tensor2d(logits, [labels.length, logits.length / labels.length]), tf.tensor1d(labels, "int32")];
      const hits = topFiveHits(x, y);
      const wanted = topFiveAccuracy(Float32Array.from(logits), Int32Array.from(labels)) * labels.length;
      expect(hits.dataSync()[0]).toBe(Math.round(wanted));
      tf.dispose([x, y, hits]);
      expect(tf.memory().numTensors).toBe(tensors);
    }),
    { numRuns: 60 },
  );
});
