import archNin from "@benn/arch-nin";
import binarize from "@benn/binarize";
import { ARCHITECTURES, BINARIZERS, createContainer, UserError } from "@benn/core";
import { expect, test } from "vitest";
import { binaryLayers, isNinKind, knownKeyMap, ninKeyMaps, ninWeightName } from "./nin-key-maps.ts";

const container = createContainer();
for (const plugin of [binarize, archNin]) await plugin.register(container);
const weightsOf = (kind: string) => {
  const binarizer = container.resolve(BINARIZERS).create("deterministic");
  const options = { inputShape: [32, 32, 3], classes: 10, binarizer, seed: 1 } as const;
  const model = container.resolve(ARCHITECTURES).create({ name: kind, width: 0.05 }).build(options);
  const names = model.layers.flatMap((layer) => layer.weights.map((weight) => weight.originalName));
  const binary = model.layers.filter((layer) => "bits" in layer).map((layer) => layer.name);
  model.dispose();
  return { names, binary };
};
const block = (module: number) => [
  ...["weight", "bias", "running_mean", "running_var"].map((weight) => `xnor.${module}.bn.${weight}`),
  ...["weight", "bias"].map((weight) => `xnor.${module}.conv.${weight}`),
];
const semiBinary = [
  "xnor.0.weight",
  "xnor.0.bias",
  "xnor.1.running_mean",
  "xnor.1.running_var",
  ...[3, 5, 6, 8, 9].flatMap(block),
  "xnor.10.running_mean",
  "xnor.10.running_var",
  "xnor.11.weight",
  "xnor.11.bias",
];
const allBinary = [0, 1, 3, 4, 6, 7, 8].flatMap(block);

test.for([["nin", semiBinary] as const, ["allbinnet", allBinary] as const])(
  "every weight of %s has one name in the reference, in the same order, with DataParallel's prefix too",
  ([kind, reference]) => {
    const { names, binary } = weightsOf(kind);
    expect(reference.map((name) => ninWeightName(kind, name))).toEqual(names);
    expect(reference.map((name) => ninWeightName(kind, `module.${name}`))).toEqual(names);
    expect(binaryLayers(kind)).toEqual(binary);
  },
);

test("a name that the net has no place for is refused", () => {
  for (const name of ["xnor.2.weight", "xnor.3.weight", "xnor.3.bn.num_batches_tracked", "fc.weight", "weight", ""]) {
    expect(() => ninWeightName("nin", name)).toThrow(UserError);
  }
  expect(() => ninWeightName("allbinnet", "xnor.0.weight")).toThrow('allbinnet: has no weight "xnor.0.weight"');
  expect(["nin", "allbinnet", "alexnet", undefined].map(isNinKind)).toEqual([true, true, false, false]);
});

test("a net has the key map of what it is configured to be", () => {
  const maps = [
    { name: "nin" },
    { name: "nin", binary: "all" },
    { name: "allbinnet" },
    { name: "nin", binary: "all-but-first" },
    { name: "resnet20" },
  ];
  expect(maps.map(knownKeyMap)).toEqual([ninKeyMaps.nin, ninKeyMaps.allbinnet, ninKeyMaps.allbinnet, undefined, undefined]);
});
