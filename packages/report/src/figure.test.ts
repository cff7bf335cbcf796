import { expect, test } from "vitest";
import { csv } from "./figure.ts";

test("CSV quotes what must be quoted, and leaves out what cannot be had", () => {
  expect(
    csv([
      ["a", 'b "c", d'],
      [0.123456789, Number.NaN],
      [undefined, 2],
    ]),
  ).toBe('a,"b ""c"", d"\n0.123457,\n,2');
});
