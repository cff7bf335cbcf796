import { deterministic, none } from "@benn/binarize";
import { summarizeModel } from "@benn/core/internals";
import { testArchitecture } from "@benn/core/testing";
import { expect, test } from "vitest";
import { vggSmall, vggSmallOptions } from "./vgg-small.ts";

testArchitecture("vgg-small", () => vggSmall(vggSmallOptions.parse({ width: 1 / 32 })), { inputShape: [9, 12, 3], refuses: [7, 32, 3] });

const summary = (binarizer = deterministic) => {
  const model = vggSmall(vggSmallOptions.parse({})).build({ inputShape: [32, 32, 3], classes: 10, binarizer, seed: 1 });
  const counted = summarizeModel(model);
  model.dispose();
  return counted;
};

test("vgg-small has the 4.6 M parameters of the papers, and the multiply-adds that its comment says", () => {
  const { parameters, binaryParameters, multiplyAdds, binaryMultiplyAdds } = summary();
  const kernels = [128 * 128, 128 * 256, 256 * 256, 256 * 512, 512 * 512].map((pairs) => 9 * pairs);
  const [first, last, norms] = [27 * 128, 8192 * 10 + 10, 2 * 2 * (128 + 256 + 512)];
  expect(binaryParameters).toBe(kernels.reduce((sum, n) => sum + n));
  expect(parameters).toBe(binaryParameters + first + last + norms);
  expect([parameters, binaryParameters].map((n) => n.toLocaleString("en"))).toEqual(["4,660,106", "4,571,136"]);
  const pixels = [1024, 256, 256, 64, 64];
  expect(binaryMultiplyAdds).toBe(kernels.reduce((sum, n, i) => sum + n * pixels[i]!, 0));
  expect(multiplyAdds).toBe(binaryMultiplyAdds + 1024 * first + 81_920);
  expect([multiplyAdds, binaryMultiplyAdds].map((n) => (n / 1e6).toFixed(1))).toEqual(["607.6", "604.0"]);
  expect(summary(none).binaryMultiplyAdds).toBe(0);
});

test("its convolutions are 128-128-256-256-512-512 on maps that each pool halves", () => {
  const shapes = summary()
    .layers.filter(({ name }) => /^(conv\d|pool\d)$/.test(name))
    .map(({ outputShape }) => outputShape.filter((_, axis) => axis !== 1).join("×"));
  expect(shapes).toEqual(["32×128", "32×128", "16×128", "16×256", "16×256", "8×256", "8×512", "8×512", "4×512"]);
});
