import { deterministic } from "@benn/binarize";
import { summarizeModel } from "@benn/core/internals";
import { testArchitecture } from "@benn/core/testing";
import { expect, test } from "vitest";
import { resnet18, resnet18Options } from "./resnet18.ts";

testArchitecture("resnet18", () => resnet18(resnet18Options.parse({ width: 1 / 32 })), { inputShape: [8, 12, 3], refuses: [7, 32, 3] });
testArchitecture("resnet18 for large images", () => resnet18(resnet18Options.parse({ width: 1 / 32, stem: "imagenet" })), {
  inputShape: [33, 64, 3],
  refuses: [31, 64, 3],
});

const summary = (options: object, side: number, classes: number) => {
  const model = resnet18(resnet18Options.parse(options)).build({
    inputShape: [side, side, 3],
    classes,
    binarizer: deterministic,
    seed: 1,
  });
  const counted = summarizeModel(model);
  model.dispose();
  return counted;
};

test("resnet18 and resnet34 have the parameters that their comment says", () => {
  const counts = ([18, 34] as const).map((depth) => summary({ depth }, 224, 1000));
  expect(counts.map(({ parameters, binaryParameters }) => [parameters, binaryParameters].map((n) => n.toLocaleString("en")))).toEqual([
    ["11,689,640", "10,985,472"],
    ["21,797,800", "21,086,208"],
  ]);
});

test("the stages stand where ResNet's stand, for large images and for small ones", () => {
  const sides = (options: object, side: number) =>
    summary(options, side, 10)
      .layers.filter(({ name }) => name.endsWith("_add"))
      .map(({ outputShape }) => outputShape[0]);
  expect(sides({ width: 1 / 64 }, 224)).toEqual([56, 56, 28, 28, 14, 14, 7, 7]);
  expect(sides({ width: 1 / 64 }, 32)).toEqual([32, 32, 16, 16, 8, 8, 4, 4]);
});
