import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "./exam-host.ts";
import type { Architecture, BuildOptions } from "../architecture.ts";
import type { Binarizer } from "../binarizer.ts";
import { createRandom } from "../random.ts";
import { isStepAware } from "../layer-context.ts";
import { UserError } from "../user-error.ts";

export interface ArchitectureExam {
  /** [height, width, channels] of the network's input; smaller ones make the test faster. */
  readonly inputShape: BuildOptions["inputShape"];
  /** An input shape that the network does not support and must refuse with a `UserError`. */
  readonly refuses: BuildOptions["inputShape"];
  readonly classes?: number;
}

/**
 * Conformance tests for every architecture:
 * `testArchitecture("nin", () => nin({ width: 0.1 }), { inputShape: [32, 32, 3], refuses: [2, 2, 3] })`. Runs on the active backend, with
 * real values and with signs.
 * @param create creates the architecture as its definition does
 */
export function testArchitecture(name: string, create: () => Architecture, exam: ArchitectureExam): void {
  const { inputShape, refuses, classes = 7 } = exam;
  const build = (seed: number, binarizer: Binarizer = realValued) => create().build({ inputShape, classes, binarizer, seed });

  describe(`the architecture ${name}`, () => {
    beforeAll(() => tf.ready());

    test("turns images [batch, height, width, channels] into finite logits [batch, classes], the same each time", () => {
      const model = build(1);
      prepare(model, false);
      expect(model.outputs.map((output) => output.shape)).toEqual([[null, classes]]);
      for (const batch of [1, 3]) {
        tf.tidy(() => {
          const logits = model.predict(images(batch, inputShape)) as tf.Tensor;
          expect(logits.shape).toEqual([batch, classes]);
          expect(logits.dataSync().every(Number.isFinite)).toBe(true);
          expect((model.predict(images(batch, inputShape)) as tf.Tensor).dataSync()).toEqual(logits.dataSync());
        });
      }
      model.dispose();
    });

    test("begins with the same weights for the same seed and others for another", () => {
      const weights = (seed: number) => {
        const model = build(seed);
        const all = model.getWeights().map((weight) => weight.dataSync().slice());
        model.dispose();
        return all;
      };
      const first = weights(1);
      expect(weights(1)).toEqual(first);
      expect(weights(2)).not.toEqual(first);
    });

    test.for<[string, Binarizer]>([
      ["real values", realValued],
      ["signs", signs],
    ])("can be trained with %s: every trainable weight gets a finite gradient", ([, binarizer]) => {
      const model = build(1, binarizer);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      tf.tidy(() => {
        const labels = tf.oneHot(tf.tensor1d([0, classes - 1], "int32"), classes);
        prepare(model, true);
        const { value, grads } = tf.variableGrads(
          () => tf.losses.softmaxCrossEntropy(labels, model.apply(images(2, inputShape), { training: true }) as tf.Tensor).asScalar(),
          variables,
        );
        expect(Number.isFinite(value.dataSync()[0])).toBe(true);
        for (const variable of variables) {
          const gradient = grads[variable.name];
          expect(gradient, `${variable.name} has a gradient`).toBeDefined();
          expect(gradient?.shape).toEqual(variable.shape);
          expect(gradient?.dataSync().every(Number.isFinite), `the gradient of ${variable.name} is finite`).toBe(true);
        }
      });
      model.dispose();
    });

    test("leaves no tensor behind after it was built, run, trained and disposed", () => {
      const cycle = () => {
        const model = build(1, signs);
        prepare(model, true);
        tf.tidy(() => void model.apply(images(2, inputShape), { training: true }));
        prepare(model, false);
        tf.tidy(() => void model.predict(images(2, inputShape)));
        model.dispose();
      };
      cycle();
      const before = tf.memory().numTensors;
      cycle();
      expect(tf.memory().numTensors).toBe(before);
    });

    test(`refuses images [${refuses.join(", ")}] with a sentence, and leaves no tensor behind`, () => {
      const before = tf.memory().numTensors;
      expect(() => create().build({ inputShape: refuses, classes, binarizer: realValued, seed: 1 })).toThrow(UserError);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/** No binarization, so that every gradient flows. */
const realValued: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => x.clone(),
  kernel: (w) => w.clone(),
  project: (w) => w.clone(),
};

/** Signs with the straight-through gradient, without a scale. */
const signs: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => straightThroughSign(x),
  kernel: (w) => straightThroughSign(w),
  project: (w) => w.clone(),
};

const straightThroughSign = tf.customGrad<tf.Tensor>((x) => ({
  value: tf.tidy(() => (x as tf.Tensor).less(0).mul(-2).add(1)),
  gradFunc: (dy: tf.Tensor) => dy.clone(),
}));

function prepare(model: tf.LayersModel, training: boolean): void {
  for (const layer of model.layers) if (isStepAware(layer)) layer.prepare({ training, seed: 5, epoch: training ? 0 : 1, epochs: 1 });
}

function images(batch: number, [height, width, channels]: BuildOptions["inputShape"]): tf.Tensor4D {
  const random = createRandom(1, "images");
  const values = Float32Array.from({ length: batch * height * width * channels }, () => random.normal());
  return tf.tensor4d(values, [batch, height, width, channels]);
}
