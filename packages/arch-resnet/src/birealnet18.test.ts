import { deterministic, none, rsign } from "@benn/binarize";
import { summarizeModel } from "@benn/core/internals";
import { testArchitecture } from "@benn/core/testing";
import { expect, test } from "vitest";
import { biRealNet18, biRealNet18Options } from "./birealnet18.ts";

const narrow = (options: object) => () => biRealNet18(biRealNet18Options.parse({ width: 1 / 32, ...options }));

testArchitecture("birealnet18", narrow({}), { inputShape: [8, 16, 3], refuses: [12, 32, 3] });
testArchitecture("birealnet18 with the stem for large images", narrow({ stem: "imagenet" }), {
  inputShape: [32, 64, 3],
  refuses: [48, 64, 3],
});
testArchitecture("birealnet18 with RPReLU", narrow({ activation: "rprelu" }), { inputShape: [8, 8, 3], refuses: [9, 8, 3] });

const summary = (options: object, side: number, classes: number, binarizer = deterministic) => {
  const model = biRealNet18(biRealNet18Options.parse(options)).build({ inputShape: [side, side, 3], classes, binarizer, seed: 1 });
  const counted = summarizeModel(model);
  model.dispose();
  return counted;
};

test("it has the parameters of ResNet-18 and -34, for large images and for small ones", () => {
  const counts = [summary({}, 224, 1000), summary({ depth: 34 }, 224, 1000), summary({}, 32, 10)];
  expect(counts.map(({ parameters, binaryParameters }) => [parameters, binaryParameters].map((n) => n.toLocaleString("en")))).toEqual([
    ["11,689,512", "10,985,472"],
    ["21,797,672", "21,086,208"],
    ["11,173,962", "10,985,472"],
  ]);
  expect(summary({}, 32, 10, none).binaryMultiplyAdds).toBe(0);
});

test("a real shortcut stands around each of the sixteen binary convolutions, on the maps of ResNet's stages", () => {
  const sides = (side: number) =>
    summary({ width: 1 / 64 }, side, 10)
      .layers.filter(({ name }) => name.endsWith("_add"))
      .map(({ outputShape }) => outputShape[0]);
  const each = (...stages: number[]) => stages.flatMap((side) => [side, side, side, side]);
  expect(sides(224)).toEqual(each(56, 28, 14, 7));
  expect(sides(32)).toEqual(each(32, 16, 8, 4));
});

test("with rprelu and rsign every channel gets a slope, two shifts and the shift of its sign", () => {
  const extra = summary({ activation: "rprelu" }, 32, 10, rsign).parameters - summary({}, 32, 10).parameters;
  const [outputs, inputs] = [4 * (64 + 128 + 256 + 512), 4 * (64 + 128 + 256 + 512) - (64 + 128 + 256)];
  expect(extra).toBe(3 * outputs + inputs);
});
