import { expect, test } from "vitest";
import { type Config, configSchema, memberGroup, parseConfig } from "./config.ts";

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

test("counts have an upper bound, at which a slip of the keyboard is refused at once", () => {
  expect(() => parse({ members: 100_000_000 })).toThrow(
    /configuration members: expected a whole number from 1 to 10000 or a list .*, got 100000000\./,
  );
  expect(() => parse({ members: [{ count: 10_001 }] })).toThrow(/configuration members\[0\]\.count: .* from 1 to 10000, got 10001\./);
  for (const key of ["epochs", "batchSize", "scoreEvery", "pretrainEpochs", "gradientAccumulationSteps", "checkpointSeconds"])
    expect(() => parse({ [key]: 10_000_000 })).toThrow(new RegExp(`configuration ${key}: .* to 1000000, got 10000000\\.`));
  expect(parse({ members: 10_000 }).members).toBe(10_000);
});

test("an error of a value that may be of several kinds lists them, and of one that is nearly right names the part that is not", () => {
  expect(() => parse({ members: 1.5 })).toThrow(
    "configuration members: expected a whole number from 1 to 10000 or a list of 1 to 10000, got 1.5. Write for example members=8.",
  );
  expect(() => parse({ members: [{ count: "a" }] })).toThrow(
    /configuration members\[0\]\.count: expected a whole number from 1 to 10000, got "a"\. Write for example members\[0\]\.count=1\./,
  );
  expect(() => parse({ scheme: 3 })).toThrow("configuration scheme: expected text that is not empty or an object with name, got 3.");
  expect(() => parse({ parallel: 0.5 })).toThrow(
    'configuration parallel: expected "auto" or a whole number from 1 to 10000, got 0.5. Write for example parallel="auto".',
  );
});

const wrong = [
  null,
  true,
  -1,
  1.5,
  0,
  Number.NaN,
  Infinity,
  "",
  "a b",
  [],
  {},
  [null],
  [1.5],
  [[]],
  [{}],
  { name: 3 },
  [{ name: "" }],
  1e9,
  () => 1,
];
const where = [
  ...Object.keys(configSchema.shape).map((key) => ({ key, path: key, of: (value: unknown): unknown => ({ [key]: value }) })),
  ...Object.keys(memberGroup.shape).map((key) => ({
    key,
    path: `members[0].${key}`,
    of: (value: unknown): unknown => ({ members: [{ [key]: value }] }),
  })),
];

test.for(where)("every wrong value of $path gets a sentence with what is expected and what came", ({ path, of }) => {
  const messages = wrong.flatMap((value) => {
    try {
      parse(of(value));
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  expect(messages.length).toBeGreaterThan(5);
  for (const message of messages) {
    expect(message).not.toMatch(/Invalid|received|Too (small|big)|undefined/);
    expect(message.startsWith(`configuration ${path}`), message).toBe(true);
    expect(message).toMatch(/^configuration [\w.[\]]+: .*(expected \S+.*, got .+\.|unknown key "\w*"\. .*Known keys: .+\.)$/);
  }
});
