import { createContainer, DATASETS, PRESETS, SCHEDULES } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { DEFAULTS, parseConfig } from "@benn/core/node";
import { expect, test } from "vitest";
import plugin from "../index.ts";

const container = createContainer();
void plugin.register(container);
const presets = container.resolve(PRESETS);

test.for(presets.names())("%s asks for nothing but the pictures, and chooses epochs on rows held out", async (name) => {
  const { config, published } = presets.create(name);
  const { dataset, schedule, epochs, scoreOn, validation } = parseConfig(config, {
    ...container.resolve(DEFAULTS),
    binarizer: "any",
    backend: "any",
  });
  const datasets = container.resolve(DATASETS);
  const loading = datasets.create(dataset).load({ validation: 0, random: createRandom(0, "test") });
  await expect(loading).rejects.toThrow("the folder of its pictures is not named. Name it with --data DIR");
  expect(datasets.resolve({ ...dataset, data: "pictures" })).toMatchObject({ preprocess: "subtract-mean", fit: "squash", size: 224 });
  expect(scoreOn).toBe("validation");
  expect(validation).toBeGreaterThan(0);
  const { rate } = container.resolve(SCHEDULES).create(schedule);
  const rates = Array.from({ length: epochs }, (_, epoch) => rate({ learningRate: 1, epoch, epochs, step: 0, steps: 1 }));
  expect(new Set(rates.map((value) => value.toPrecision(3)))).toEqual(new Set(["1.00", "0.100", "0.0100"])); // it falls twice, within the training
  expect(published?.ensemble).toBeGreaterThan(published?.single ?? Number.NaN);
});
