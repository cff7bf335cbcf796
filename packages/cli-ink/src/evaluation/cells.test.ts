import fc from "fast-check";
import { expect, test } from "vitest";
import { shortNames } from "./cells.ts";

test("names that differ are told apart however short they are, and stay as they are where they fit", () => {
  expect(shortNames(["cat", "automobile"], 10)).toEqual(["cat", "automobile"]);
  expect(shortNames(["automobile", "airplane"], 5)).toEqual(["auto…", "airp…"]);
  expect(shortNames(["n01440764 tench", "n01440765 tench, 2"], 9)).toEqual(["n014…ench", "n014…h, 2"]);
  expect(shortNames(["aaaaaaaaaa-x-bbbb", "aaaaaaaaaa-y-bbbb"], 7)).toEqual(["1 aaaa…", "2 aaaa…"]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 12 }), { maxLength: 30 }), fc.integer({ min: 3, max: 12 }), (names, most) => {
      const short = shortNames(names, most);
      expect(new Set(short).size).toBe(names.length);
      for (const name of short) expect(name.length).toBeLessThanOrEqual(most);
    }),
  );
});
