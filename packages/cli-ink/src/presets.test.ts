import { PRESETS } from "@benn/core";
import { resolveConfig } from "@benn/core/node";
import { expect, test } from "vitest";
import { openContainer } from "./command/open-container.ts";

const container = await openContainer([], { cwd: import.meta.dirname });
const presets = container.resolve(PRESETS);
const schemeOf = (name: string) => resolveConfig(presets.create(name).config, container).scheme;

test("every preset that comes with the command names what its plugins know, with options that they have", () => {
  expect(presets.names().length).toBeGreaterThan(10);
  for (const name of presets.names()) {
    const { config } = presets.create(name);
    const asked = typeof config.dataset === "object" && config.dataset.name === "imagenet" ? { data: "pictures" } : {};
    const dataset = typeof config.dataset === "string" ? { name: config.dataset } : { name: "", ...config.dataset };
    expect(() => resolveConfig({ ...config, dataset: { ...dataset, ...asked } }, container), name).not.toThrow();
  }
});

test("the schemes of the recipes have the reference's alphas", () => {
  const own = { start: "uniform", onWeak: "keep", weighting: "resample" };
  expect(schemeOf("cifar10-ab-boost-b-indp")).toMatchObject({ name: "logitboost", alpha: "samme", shrinkage: 0.1, ...own });
  for (const [letter, scheme] of [
    ["a", "adaboost"],
    ["b", "logitboost"],
    ["c", "mildboost"],
  ] as const) {
    expect(schemeOf(`cifar10-ab-boost-${letter}-seq`)).toMatchObject({ name: scheme, alpha: "half-log", ...own });
  }
  expect(schemeOf("cifar10-sb-boost-d-seq")).toMatchObject({ name: "samme", alpha: "samme", shrinkage: 0.1, ...own });
});
