import { deterministic } from "@benn/binarize";
import { summarizeModel } from "@benn/core/internals";
import { testArchitecture } from "@benn/core/testing";
import { expect, test } from "vitest";
import { alexnet, alexnetOptions } from "./alexnet.ts";

testArchitecture("alexnet", () => alexnet(alexnetOptions.parse({ width: 1 / 64 })), { inputShape: [63, 71, 3], refuses: [62, 63, 3] });

test("alexnet has the parameters and the shapes that its comment says", () => {
  const model = alexnet(alexnetOptions.parse({})).build({ inputShape: [224, 224, 3], classes: 1000, binarizer: deterministic, seed: 1 });
  const { parameters, binaryParameters, layers } = summarizeModel(model);
  model.dispose();
  expect([parameters, binaryParameters].map((n) => n.toLocaleString("en"))).toEqual(["62,397,672", "58,236,928"]);
  const shapeOf = (name: string) => layers.find((layer) => layer.name === name)?.outputShape;
  expect(shapeOf("conv1")).toEqual([55, 55, 96]);
  expect(shapeOf("pool5")).toEqual([6, 6, 256]);
});
