import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { applySettings } from "./apply-settings.ts";

test("values are JSON if they can be, and text if not", () => {
  expect(applySettings({}, ["members=4", "scheme=samme", "mode=independent", "learningRate=1e-3", 'plugins=["a"]'])).toEqual({
    members: 4,
    scheme: "samme",
    mode: "independent",
    learningRate: 1e-3,
    plugins: ["a"],
  });
});

test("a key that wants text gets text", () => {
  expect(applySettings({}, ["name=2026"])).toEqual({ name: "2026" });
});

test("an option belongs to what is named, or to the default", () => {
  expect(applySettings({}, ["architecture.width=0.25"])).toEqual({ architecture: { name: "nin", width: 0.25 } });
  expect(applySettings({ scheme: "samme" }, ["scheme.shrinkage=0.5"])).toEqual({ scheme: { name: "samme", shrinkage: 0.5 } });
  expect(applySettings({ architecture: { name: "nin", width: 1 } }, ["architecture=allbinnet", "architecture.width=0.5"])).toEqual({
    architecture: { name: "allbinnet", width: 0.5 },
  });
  expect(applySettings({}, ["learningRateSchedule.factor=0.5"]).learningRateSchedule?.factor).toBe(0.5);
});

test("groups of members are reached by their number", () => {
  const members = [{ count: 2 }, { count: 1 }];
  expect(applySettings({ members }, ["members.1.epochs=7", "members.0.architecture.name=nin"]).members).toEqual([
    { count: 2, architecture: { name: "nin" } },
    { count: 1, epochs: 7 },
  ]);
  expect(members).toEqual([{ count: 2 }, { count: 1 }]);
});

test("text after the first = is the value's", () => {
  expect(applySettings({}, ["dataset.data=/a=b"])).toEqual({ dataset: { name: "cifar10", data: "/a=b" } });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["epochs", /^--set epochs: is not key=value\. Write for example --set epochs=10; a configuration file goes before --set\.$/],
  ["=3", /^--set =3: "" is not a key\./],
  ["a b=3", /"a b" is not a key/],
  ["epoch=3", /^--set epoch: there is no such key\. Did you mean "epochs"\? Keys: name, seed, /],
  ["constructor=3", /there is no such key/],
  ["epochs.x=3", /^--set epochs\.x: "epochs" is 20, which has nothing inside\. Set it as a whole\.$/],
  ["__proto__.x=3", /"__proto__\.x" is not a key/],
  ["members.2.epochs=3", /nothing inside/],
];

test.for(refused)("--set %s is refused in one sentence", ([setting, message]) => {
  expect(() => applySettings({}, [setting])).toThrow(message);
  expect(() => applySettings({}, [setting])).toThrow(UserError);
});
