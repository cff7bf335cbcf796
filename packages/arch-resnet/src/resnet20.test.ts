import { deterministic, none } from "@benn/binarize";
import { summarizeModel } from "@benn/core/internals";
import { testArchitecture } from "@benn/core/testing";
import { expect, test } from "vitest";
import { resnet20, resnet20Options } from "./resnet20.ts";

testArchitecture("resnet20", () => resnet20(resnet20Options.parse({ width: 0.125 })), {
  inputShape: [16, 8, 3],
  refuses: [30, 32, 3],
});

test("resnet20 has the parameters and multiply-adds that its comment says", () => {
  const summary = (binarizer = deterministic) => {
    const model = resnet20(resnet20Options.parse({})).build({ inputShape: [32, 32, 3], classes: 10, binarizer, seed: 1 });
    const counted = summarizeModel(model);
    model.dispose();
    return counted;
  };
  const { parameters, binaryParameters, binaryMultiplyAdds, multiplyAdds, bytes, realBytes } = summary();
  const stage = (from: number, to: number) => 9 * (from * to + 5 * to * to);
  expect(binaryParameters).toBe(stage(16, 16) + stage(16, 32) + stage(32, 64));
  const [first, shortcuts, last] = [27 * 16, 16 * 32 + 32 * 64, 64 * 10 + 10];
  const norms = 2 * (7 * 16 + 6 * 32 + 6 * 64 + 32 + 64);
  expect(parameters).toBe(binaryParameters + first + shortcuts + last + norms);
  expect(binaryMultiplyAdds).toBe(1024 * stage(16, 16) + 256 * stage(16, 32) + 64 * stage(32, 64));
  expect(multiplyAdds).toBe(binaryMultiplyAdds + 1024 * first + 256 * 16 * 32 + 64 * 32 * 64 + 640);
  expect([parameters, binaryParameters].map((n) => n.toLocaleString("en"))).toEqual(["272,474", "267,264"]);
  expect([multiplyAdds, binaryMultiplyAdds].map((n) => (n / 1e6).toFixed(1))).toEqual(["40.8", "40.1"]);
  expect(realBytes / bytes).toBeGreaterThan(10);
  expect(summary(none).binaryMultiplyAdds).toBe(0);
});
