import { createContainer, DATASETS, PRESETS } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { DEFAULTS, parseConfig } from "@benn/core/node";
import { expect, test } from "vitest";
import plugin from "../index.ts";

const container = createContainer();
void plugin.register(container);
const presets = container.resolve(PRESETS);
const rest = { ...container.resolve(DEFAULTS), binarizer: "any", voter: "any", backend: "any" };
const recipes = presets.names().filter((name) => name.startsWith("cifar10-"));

test.for(recipes)("%s is what its name says, on the whole set", (name) => {
  const [, net, ...words] = name.split("-");
  const { config } = presets.create(name);
  const { dataset, architecture, scheme, mode, members } = parseConfig(config, rest);
  expect(container.resolve(DATASETS).resolve(dataset)).toMatchObject({ name: "cifar10", preprocess: "standardize" });
  expect(dataset).toMatchObject({ source: "folder" });
  expect(architecture.name).toBe(net === "ab" ? "allbinnet" : "nin");
  expect(`${scheme.name}-${mode === "sequential" ? "seq" : "indp"}`).toBe(words.join("-"));
  expect(members).toBe(32);
});

test.for(recipes)("%s has the accuracies of a vote that is better than its members, and of no more members than it trains", (name) => {
  const { config, published } = presets.create(name);
  if (!published) throw new Error("nothing published");
  expect(published.ensemble).toBeGreaterThan(published.single);
  expect(published.overfitsFrom).toBeLessThan(config.members as number);
});

test("published semi-binary members are all better than all-binary ones", () => {
  const singles = (net: string) => recipes.filter((name) => name.includes(net)).map((name) => presets.create(name).published?.single ?? 0);
  expect(Math.min(...singles("-sb-"))).toBeGreaterThan(Math.max(...singles("-ab-")));
});

test.for(recipes)("%s trains on no sample in silence: without data it says how to get them", async (name) => {
  const { dataset } = parseConfig(presets.create(name).config, rest);
  const loading = container
    .resolve(DATASETS)
    .create(dataset)
    .load({ validation: 0, random: createRandom(0, "test") });
  await expect(loading).rejects.toThrow(
    /Name it with --data DIR, fetch them with --set dataset\.source=download, or take .* dataset\.source=sample\.$/,
  );
});

test("the demo needs no data but the package's own", () => {
  const { dataset } = parseConfig(presets.create("demo").config, rest);
  expect(container.resolve(DATASETS).resolve(dataset)).toMatchObject({ source: "sample" });
});
