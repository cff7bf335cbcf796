import { expect, test } from "vitest";
import { type Config, parseConfig } from "./config.ts";

const defaults = {
  dataset: "cifar10",
  architecture: "nin",
  binarizer: "deterministic",
  scheme: "bagging",
  voter: "soft",
  loss: "cross-entropy",
  optimizer: "adam",
  schedule: "steps",
  metrics: "accuracy",
  backend: "wasm",
  listeners: [],
} satisfies Config;
const parse = (config: unknown) => parseConfig(config, defaults);

test("an empty configuration is a whole one, with the application's defaults for what has a name", () => {
  expect(parse({})).toMatchObject({
    members: 8,
    batchSize: 128,
    scheme: { name: "bagging" },
    mode: "sequential",
    metrics: [{ name: "accuracy" }],
  });
  const { voter: _none, ...others } = defaults;
  expect(() => parseConfig({}, others)).toThrow("configuration voter: is missing, and this application has no default");
});

test("a list of names may be one name alone", () => {
  expect(parse({ optimizer: ["flip", { name: "adam", beta1: 0.8 }] }).optimizer).toEqual([{ name: "flip" }, { name: "adam", beta1: 0.8 }]);
  expect(parse({ optimizer: "flip" }).optimizer).toEqual([{ name: "flip" }]);
});

test("a key that has moved names where its value goes", () => {
  expect(() => parse({ weightDecay: 0 })).toThrow('"weightDecay" is no key any more. Set optimizer.weightDecay.');
});

test("a name alone stands for a name with options", () => {
  expect(parse({ scheme: "samme" }).scheme).toEqual({ name: "samme" });
  expect(parse({ scheme: { name: "samme", shrinkage: 1 } }).scheme).toEqual({ name: "samme", shrinkage: 1 });
});

test("an unknown key names the nearest, at any depth", () => {
  expect(() => parse({ epoch: 3 })).toThrow('configuration: unknown key "epoch". Did you mean "epochs"?');
  expect(() => parse({ members: [{ count: 2, learningrate: 1 }] })).toThrow('Did you mean "learningRate"?');
});

test("a wrong value names its path and says what came", () => {
  expect(() => parse({ epochs: 0 })).toThrow(/configuration epochs: .*got 0\./);
  expect(() => parse({ batchSize: "big" })).toThrow(/configuration batchSize: .*got "big"\./);
  expect(() => parse(7)).toThrow("configuration as a whole");
});
