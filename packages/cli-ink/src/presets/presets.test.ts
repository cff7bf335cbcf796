import { parseConfig, resolveConfig, UserError } from "@benn/core";
import { expect, test } from "vitest";
import { openContainer } from "../command/open-container.ts";
import { presetOf, presets } from "./presets.ts";

/** The table of the reference's runs: net, scheme, mode, learning rate, single → ensemble, overfits from member. */
const PUBLISHED = `
AB | bagging | seq  | 1e-4 | 67.35 → 81.32 | 20
AB | boost-a | seq  | 1e-2 | 67.08 → 81.93 | 25
AB | boost-a | indp | 1e-2 | 70.59 → 82.12 | 20
AB | boost-b | seq  | 1e-2 | 62.87 → 82.58 | 30
AB | boost-b | indp | 1e-2 | 69.65 → 82.13 | 21
AB | boost-c | seq  | 1e-4 | 67.88 → 79.40 | 27
AB | boost-d | indp | 1e-3 | 68.72 → 82.04 | 22
SB | bagging | seq  | 1e-3 | 77.87 → 89.12 | 25
SB | boost-a | seq  | 1e-2 | 80.33 → 88.12 | 15
SB | boost-b | seq  | 1e-3 | 84.23 → 87.90 | 31
SB | boost-c | seq  | 1e-3 | 83.68 → 89.00 | 25
SB | boost-c | indp | 1e-2 | 80.38 → 87.72 | 23
SB | boost-d | seq  | 1e-3 | 84.50 → 88.83 | 24
`;

test("every CIFAR-10 run of the reference is a preset, with its learning rate and figures, and there are no others", () => {
  const rows = PUBLISHED.trim().split("\n");
  const names = rows.map((row) => {
    const [net = "", scheme, mode, rate, rise = "", from] = row.split("|").map((cell) => cell.trim());
    const name = `cifar10-${net.toLowerCase()}-${scheme}-${mode}`;
    const { config, description } = presetOf(name);
    expect(parseConfig(config), name).toMatchObject({
      dataset: { name: "cifar10" },
      architecture: { name: net === "AB" ? "allbinnet" : "nin" },
      scheme: { name: scheme },
      mode: mode === "seq" ? "sequential" : "independent",
      learningRate: Number(rate),
      members: 32,
      epochs: 100,
      batchSize: 128,
      scoreEvery: 5,
      weightDecay: 1e-5,
      voter: { name: "soft" },
    });
    expect(description).toContain(`(published: ${rise} %, overfits from member ${from})`);
    return name;
  });
  expect(Object.keys(presets).filter((name) => name.startsWith("cifar10"))).toEqual(names);
});

test("the schemes of the recipes have the reference's alphas", async () => {
  const container = await openContainer([], import.meta.dirname);
  const schemeOf = (name: string) => resolveConfig(presetOf(name).config, container).scheme;
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

test("the four ImageNet runs train three ResNets of 80 epochs, scored every epoch on rows held out", async () => {
  const container = await openContainer([], import.meta.dirname);
  const recipes = Object.entries(presets).filter(([name]) => name.startsWith("imagenet"));
  const guarded = { alpha: "samme", start: "guarded" };
  for (const [suffix, scheme, epochs, ensemble] of [
    ["bagging", { name: "bagging" }, [30, 60], "54.34"],
    ["boost-a", { name: "mildboost", shrinkage: 1, ...guarded }, [25, 50], "55.83"],
    ["boost-b", { name: "logitboost", shrinkage: 1, ...guarded }, [25, 50], "55.83"],
    ["boost-c", { name: "samme", shrinkage: 0.001, ...guarded }, [25, 50], "55.83"],
  ] as const) {
    const { config, description } = presetOf(`imagenet-resnet18-${suffix}-indp`);
    const resolved = resolveConfig({ ...config, dataset: { ...(config.dataset as object), data: "pictures" } }, container);
    expect(resolved).toMatchObject({
      dataset: { name: "imagenet", augment: "crop", flip: true, preprocess: "subtract-mean", fit: "squash", size: 224, resize: 256 },
      scheme,
      mode: "independent",
      learningRate: 1e-3,
      learningRateSchedule: { epochs, factor: 0.1 },
      scoreEvery: 1,
      scoreOn: "validation",
      voter: { name: "soft" },
    });
    expect(resolved.validation).toBeGreaterThan(0);
    expect(resolved.members.map(({ architecture, epochs: own }) => [architecture, own])).toEqual(
      Array.from({ length: 3 }, () => [{ name: "resnet18", depth: 18, width: 1, stem: "auto" }, 80]),
    );
    expect(description).toContain(`published: 48.87 → ${ensemble} %`);
  }
  expect(recipes).toHaveLength(4);
});

test("an unknown preset names the nearest", () => {
  expect(() => presetOf("cifar10-sb-baging-seq")).toThrow(
    'preset "cifar10-sb-baging-seq" is unknown. Did you mean "cifar10-sb-bagging-seq"?',
  );
  expect(() => presetOf("toString")).toThrow(UserError);
});
