import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { accuracyMetric, lossMetric } from "../built-in/metrics.ts";
import { scoringWarnings } from "./scoring-warnings.ts";

type Task = Parameters<typeof scoringWarnings>[0];
let models: Record<"norm" | "plain", tf.LayersModel>;
beforeAll(async () => {
  await tf.setBackend("cpu");
  models = {
    norm: tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [2] })] }),
    plain: tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 1 })] }),
  };
});

const task = (more: { net?: "norm" | "plain"; statistics?: string; metric?: object; epochs?: number } = {}): Task =>
  ({
    member: 1,
    run: { batchNorm: { statistics: more.statistics ?? "running" } },
    model: models[more.net ?? "norm"],
    data: { labels: ["a", "b", "c", "d", "e"] },
    parts: { scoredBy: { name: "m", metric: more.metric ?? accuracyMetric } },
    settings: { epochs: more.epochs ?? 4 },
  }) as unknown as Task;
const score = (value: number, ...neverPredicted: number[]) => ({ value, neverPredicted });

test("a share far below the one while training is told of, where running statistics of batch norm may be why", () => {
  expect(scoringWarnings(task(), 2, score(0.5), 0.75)).toEqual([
    {
      kind: "far-below",
      message:
        "member 2, epoch 3: accuracy is 50.0 % when scored and 75.0 % while training. Running statistics of batch norm may lag behind the weights: set batchNorm.statistics=precise.",
    },
  ]);
  for (const [own, value, training] of [
    [task(), 0.75, 0.8],
    [task(), 0.5, 0.25],
    [task(), 0.25, undefined],
    [task({ net: "plain" }), 0.25, 0.75],
    [task({ statistics: "precise" }), 0.25, 0.75],
    [task({ metric: lossMetric }), 0.25, 0.75],
    [task({ metric: { ...accuracyMetric, better: "lower" } }), 0.25, 0.75],
  ] as const)
    expect(scoringWarnings(own, 2, score(value), training)).toEqual([]);
});

test("classes that no image is classified as are named in the second half of a member's epochs, the first three", () => {
  const message = (epoch: number, ...never: number[]) =>
    scoringWarnings(task(), epoch, score(0.5, ...never), undefined).map((own) => own.message);
  expect(message(0, 1)).toEqual([]);
  expect(message(1, 1)).toEqual(["member 2, epoch 2: no scored image is classified as b, though there are such."]);
  expect(message(3, 0, 2, 4)).toEqual(["member 2, epoch 4: no scored image is classified as a, c, e, though there are such."]);
  expect(message(3, 0, 1, 2, 3, 4)).toEqual([
    "member 2, epoch 4: no scored image is classified as a, b, c and 2 more, though there are such.",
  ]);
  expect(message(3)).toEqual([]);
  expect(scoringWarnings(task(), 3, score(0.5, 1), 0.9).map(({ kind }) => kind)).toEqual(["far-below", "never-predicted"]);
});
