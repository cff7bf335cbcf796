import { deterministic, none } from "@benn/binarize";
import { summarizeModel } from "@benn/core/internals";
import { testArchitecture } from "@benn/core/testing";
import { describe, expect, test } from "vitest";
import { nin, ninOptions } from "./nin.ts";

const small = { inputShape: [16, 12, 3], refuses: [7, 32, 3] } as const;
for (const binary of ["inner", "all", "all-but-first"] as const) {
  testArchitecture(`nin, ${binary} binary`, () => nin(ninOptions.parse({ width: 0.0625, binary })), small);
}

describe("nin at full width", () => {
  const summary = (options: object, binarizer = deterministic) => {
    const model = nin(ninOptions.parse(options)).build({ inputShape: [32, 32, 3], classes: 10, binarizer, seed: 1 });
    const counted = summarizeModel(model);
    model.dispose();
    return counted;
  };

  test("has the published number of parameters, semi-binary and all-binary", () => {
    expect(summary({}).parameters).toBe(903_850);
    expect(summary({ binary: "all" }).parameters).toBe(904_240);
  });

  test("multiplies bits alone where its convolutions are binary", () => {
    const conv = (pixels: number, kernel: number) => pixels * kernel;
    const inner = conv(1024, 192 * 96) + conv(256, 25 * 96 * 192) + conv(256, 192 * 192) + conv(64, 9 * 192 * 192) + conv(64, 192 * 192);
    const outer = conv(1024, 75 * 192) + conv(64, 192 * 10);
    expect(summary({}).binaryMultiplyAdds).toBe(inner);
    expect(summary({}).multiplyAdds).toBe(inner + outer);
    expect(summary({ binary: "all" }).binaryMultiplyAdds).toBe(inner + outer);
    expect(summary({ binary: "all-but-first" }).binaryMultiplyAdds).toBe(inner + conv(64, 192 * 10));
    expect(summary({}, none).binaryMultiplyAdds).toBe(0);
  });

  test("is small: an all-binary member takes less than a twenty-fifth of its real twin", () => {
    const { bytes, realBytes } = summary({ binary: "all" });
    expect(realBytes / bytes).toBeGreaterThan(25);
  });

  test("keeps at least one channel at any width", () => {
    const widths = summary({ width: 0.001 })
      .layers.filter(({ type }) => type.includes("Conv"))
      .map(({ outputShape }) => outputShape[2]);
    expect(widths).toEqual([1, 1, 1, 1, 1, 1, 10]);
  });
});
