// A real network, with the names that the reference's PyTorch code gives its weights.
import archNin, { ninKeyMaps } from "@benn/arch-nin";
import binarize from "@benn/binarize";
import { ARCHITECTURES, BINARIZERS, createContainer } from "@benn/core";
import { expect, test } from "vitest";
import { placeOf } from "./key-map.ts";

const container = createContainer();
for (const plugin of [binarize, archNin]) await plugin.register(container);
const weightsOf = (kind: string) => {
  const binarizer = container.resolve(BINARIZERS).create("deterministic");
  const options = { inputShape: [32, 32, 3], classes: 10, binarizer, seed: 1 } as const;
  const model = container.resolve(ARCHITECTURES).create({ name: kind, width: 0.05 }).build(options);
  const names = model.layers.flatMap((layer) => layer.weights.map((weight) => weight.originalName));
  model.dispose();
  return names;
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
    const names = weightsOf(kind);
    const places = (prefix: string) =>
      reference.map((name) => placeOf(ninKeyMaps[kind], `${prefix}${name}`, (own) => names.includes(own))?.to);
    expect(places("")).toEqual(names);
    expect(places("module.")).toEqual(names);
  },
);

test("a name that the network has no place for has none", () => {
  const names = weightsOf("nin");
  for (const name of ["xnor.2.weight", "xnor.3.weight", "xnor.3.bn.num_batches_tracked", "fc.weight", "weight", ""]) {
    expect(
      placeOf(ninKeyMaps.nin, name, (own) => names.includes(own)),
      name,
    ).toBeUndefined();
  }
});
