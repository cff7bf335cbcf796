import { deterministic } from "@benn/binarize";
import { ARCHITECTURES, createContainer, KEY_MAPS, type Spec } from "@benn/core";
import { expect, test } from "vitest";
import plugin from "./index.ts";
import { binaryLayers, isNinKind, ninKeyMaps } from "./nin-key-maps.ts";

const container = createContainer();
void plugin.register(container);
const architectures = container.resolve(ARCHITECTURES);

test.for(["nin", "allbinnet"] as const)("the key map of %s has one module for each layer with weights, in the network's order", (kind) => {
  const options = { inputShape: [32, 32, 3], classes: 10, binarizer: deterministic, seed: 1 } as const;
  const model = architectures.create({ name: kind, width: 0.05 }).build(options);
  const weighted = model.layers.filter(({ weights }) => weights.length > 0);
  expect(Object.values(ninKeyMaps[kind].modules)).toEqual(weighted.map(({ name }) => name));
  expect(binaryLayers(kind)).toEqual(weighted.filter((layer) => "bits" in layer).map(({ name }) => name));
  model.dispose();
});

test("a network has the key map of what it is configured to be", () => {
  const keyMaps = container.resolve(KEY_MAPS);
  const fitting = (spec: Spec) => keyMaps.names().filter((name) => keyMaps.create(name).fits(architectures.resolve(spec)));
  expect(fitting({ name: "nin" })).toEqual(["nin"]);
  expect(fitting({ name: "nin", binary: "all", width: 0.5 })).toEqual(["allbinnet"]);
  expect(fitting({ name: "allbinnet" })).toEqual(["allbinnet"]);
  expect(fitting({ name: "nin", binary: "all-but-first" })).toEqual([]);
  expect(keyMaps.names().map((name) => keyMaps.create(name).fits({ name: "resnet20" }))).toEqual([false, false]);
});

test("its kinds are known by name", () => {
  expect(["nin", "allbinnet", "alexnet", "toString", undefined].map(isNinKind)).toEqual([true, true, false, false, false]);
});
