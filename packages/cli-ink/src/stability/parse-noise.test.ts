import { expect, test } from "vitest";
import { noiseText, noiseWords, parseNoise } from "./parse-noise.ts";

test("levels are read with their units, and shown as people write them", () => {
  expect(parseNoise("weights", "0.5%, 0.05,1")).toEqual([0.005, 0.05, 1].map((level) => ({ kind: "weights", level, unit: "share" })));
  expect(parseNoise("images", "0.1,8px").map(noiseText)).toEqual(["images σ 0.1", "images σ 8 px"]);
  expect(parseNoise("activations", "2%").map(noiseText)).toEqual(["activations 2 %"]);
  expect(parseNoise("activations", "2%").map(noiseWords)).toEqual(["2 % of the bits of activations flipped"]);
  expect(parseNoise("images", "none")).toEqual([]);
});

test("what is no level is refused with an example", () => {
  for (const [kind, text] of [
    ["weights", "200%"],
    ["weights", "0"],
    ["activations", "8px"],
    ["weights", "1%,"],
    ["images", "-1"],
    ["images", "5%"],
    ["images", ""],
  ] as const)
    expect(() => parseNoise(kind, text)).toThrow(new RegExp(`^--${kind}: expected .* or none; got ".*"\\.$`));
});
