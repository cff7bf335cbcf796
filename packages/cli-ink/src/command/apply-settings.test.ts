import { type Config, createContainer, UserError } from "@benn/core";
import { DEFAULTS, parseConfig } from "@benn/core/node";
import { expect, test } from "vitest";
import { defaults as own } from "../defaults.ts";
import { applySettings } from "./apply-settings.ts";

const defaults = createContainer({ defaults: own }).resolve(DEFAULTS);
const apply = (config: Config, settings: readonly string[]) => applySettings(config, settings, defaults);

test("values are JSON if they can be, and text if not", () => {
  expect(apply({}, ["members=4", "scheme=samme", "mode=independent", "learningRate=1e-3", 'plugins=["a"]'])).toEqual({
    members: 4,
    scheme: "samme",
    mode: "independent",
    learningRate: 1e-3,
    plugins: ["a"],
  });
});

test("a key that wants text gets text", () => {
  expect(apply({}, ["name=2026"])).toEqual({ name: "2026" });
});

test("an option belongs to what is named, or to the default", () => {
  expect(apply({}, ["architecture.width=0.25"])).toEqual({ architecture: { name: "nin", width: 0.25 } });
  expect(apply({ scheme: "samme" }, ["scheme.shrinkage=0.5"])).toEqual({ scheme: { name: "samme", shrinkage: 0.5 } });
  expect(apply({ architecture: { name: "nin", width: 1 } }, ["architecture=allbinnet", "architecture.width=0.5"])).toEqual({
    architecture: { name: "allbinnet", width: 0.5 },
  });
  expect(apply({}, ["schedule.factor=0.5"])).toEqual({ schedule: { name: "steps", factor: 0.5 } });
});

test("an option of a list belongs to the one thing that it names, by default or as written, or to the one whose place is given", () => {
  expect(apply({}, ["optimizer.weightDecay=1e-4"])).toEqual({ optimizer: [{ name: "adam", weightDecay: 1e-4 }] });
  expect(apply({}, ['optimizer=["adam"]', "optimizer.beta1=0.8"])).toEqual({ optimizer: [{ name: "adam", beta1: 0.8 }] });
  expect(apply({ optimizer: { name: "sgd", momentum: 0 } }, ["optimizer.momentum=1"]).optimizer).toEqual([{ name: "sgd", momentum: 1 }]);
  expect(apply({ optimizer: ["sgd", "adam"] }, ["optimizer.1.beta1=0.8"]).optimizer).toEqual(["sgd", { name: "adam", beta1: 0.8 }]);
  expect(apply({}, ['metrics=["accuracy","top5"]', "listeners=tensorboard"])).toEqual({
    metrics: ["accuracy", "top5"],
    listeners: "tensorboard",
  });
});

test("keys that have moved are refused by the key that has their value now", () => {
  const refusal =
    (...settings: string[]) =>
    () =>
      parseConfig(apply({}, settings), defaults);
  expect(refusal("weightDecay=1e-4")).toThrow("Set optimizer.weightDecay.");
  expect(refusal("learningRateSchedule.factor=0.5")).toThrow("Set schedule.epochs and schedule.factor.");
  expect(refusal("epoch=3")).toThrow('unknown key "epoch". Did you mean "epochs"?');
  expect(refusal("constructor=3")).toThrow('"constructor" is not a key');
});

test("groups of members are reached by their number", () => {
  const members = [{ count: 2 }, { count: 1 }];
  expect(apply({ members }, ["members.1.epochs=7", "members.0.architecture.name=nin"]).members).toEqual([
    { count: 2, architecture: { name: "nin" } },
    { count: 1, epochs: 7 },
  ]);
  expect(members).toEqual([{ count: 2 }, { count: 1 }]);
});

test("an option of a group belongs to what the run has where the group names nothing", () => {
  const set = (config: Config) => apply(config, ["members.0.architecture.width=0.5"]).members;
  expect(set({ members: [{ count: 2 }] })).toEqual([{ count: 2, architecture: { name: "nin", width: 0.5 } }]);
  expect(set({ architecture: "resnet20", members: [{}] })).toEqual([{ architecture: { name: "resnet20", width: 0.5 } }]);
  expect(apply({ members: [{}] }, ["members.0.optimizer.beta1=0.8"]).members).toEqual([{ optimizer: [{ name: "adam", beta1: 0.8 }] }]);
});

test("text after the first = is the value's", () => {
  expect(apply({}, ["dataset.data=/a=b"])).toEqual({ dataset: { name: "cifar10", data: "/a=b" } });
});

test("a setting inside what is off turns it on", () => {
  expect(apply({}, ["stopWhen.patience=5", "stopWhen.minDelta=0.01"])).toEqual({ stopWhen: { patience: 5, minDelta: 0.01 } });
  expect(apply({ stopWhen: { patience: 5 } }, ["stopWhen=false"])).toEqual({ stopWhen: false });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["epochs", /^--set epochs: is not key=value\. Write for example --set epochs=10; a configuration file goes before --set\.$/],
  ["=3", /^--set =3: "" is not a key\./],
  ["a b=3", /"a b" is not a key/],
  ["epochs.x=3", /^--set epochs\.x: "epochs" is 20, which has nothing inside\. Set it as a whole\.$/],
  ["__proto__.x=3", /"__proto__\.x" is not a key/],
  ["members.__proto__.x=1", /"members\.__proto__\.x" is not a key/],
  ["members.constructor.prototype.x=1", /"members\.constructor\.prototype\.x" is not a key/],
  ["scheme.prototype=1", /"scheme\.prototype" is not a key/],
  ["toString=1", /"toString" is not a key/],
  ["architecture.__proto__.x=3", /"architecture\.__proto__\.x" is not a key/],
  ["members.2.epochs=3", /nothing inside/],
  ["optimizer.1.beta1=3", /^--set optimizer\.1\.beta1: "1" is not there\. Set it as a whole\.$/],
  ["metrics.rate=3", /^--set metrics\.rate: "metrics" names 3 of them\. Say which one: metrics\.0\.rate, or set the list as a whole\.$/],
  ["listeners.rate=3", /"listeners" names 0 of them/],
];

test.for(refused)("--set %s is refused in one sentence", ([setting, message]) => {
  expect(() => apply({}, [setting])).toThrow(message);
  expect(() => apply({}, [setting])).toThrow(UserError);
});
