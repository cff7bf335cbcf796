import { expect, test } from "vitest";
import { parseBudget } from "./budget.ts";

test("a budget is bytes of the file or time for an image", () => {
  expect(parseBudget("300kB")).toEqual({ kind: "bytes", most: 300_000, text: "300kB" });
  expect(parseBudget(" 1.5 MB")).toEqual({ kind: "bytes", most: 1_500_000, text: "1.5 MB" });
  expect(parseBudget("2ms")).toEqual({ kind: "milliseconds", most: 2, text: "2ms" });
  expect(parseBudget("0.5s")).toEqual({ kind: "milliseconds", most: 500, text: "0.5s" });
});

test.for(["", "300", "kB", "0kB", "-1ms", "1.2.3MB", "3 kb", "3 members", "1e3B"])("%o is none", (text) => {
  expect(() => parseBudget(text)).toThrow("--budget: expected bytes of the packed file like 300kB, or time for an image like 2ms, got");
});
