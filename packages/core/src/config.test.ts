import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";

test("an empty configuration is a whole one", () => {
  const config = parseConfig({});
  expect(config).toMatchObject({ members: 8, batchSize: 128, scheme: { name: "bagging" }, mode: "sequential", weightDecay: 1e-5 });
  expect(config.learningRateSchedule).toEqual({ epochs: [120, 200, 240, 280], factor: 0.1 });
});

test("a name alone stands for a name with options", () => {
  expect(parseConfig({ scheme: "samme" }).scheme).toEqual({ name: "samme" });
  expect(parseConfig({ scheme: { name: "samme", shrinkage: 1 } }).scheme).toEqual({ name: "samme", shrinkage: 1 });
});

test("an unknown key names the nearest, at any depth", () => {
  expect(() => parseConfig({ epoch: 3 })).toThrow('configuration: unknown key "epoch". Did you mean "epochs"?');
  expect(() => parseConfig({ members: [{ count: 2, learningrate: 1 }] })).toThrow('Did you mean "learningRate"?');
});

test("a wrong value names its path and says what came", () => {
  expect(() => parseConfig({ epochs: 0 })).toThrow(/configuration epochs: .*got 0\./);
  expect(() => parseConfig({ batchSize: "big" })).toThrow(/configuration batchSize: .*got "big"\./);
  expect(() => parseConfig({ learningRateSchedule: { epochs: [5], factor: -1 } })).toThrow(
    /configuration learningRateSchedule\.factor: .*got -1\./,
  );
  expect(() => parseConfig(7)).toThrow("configuration as a whole");
});
