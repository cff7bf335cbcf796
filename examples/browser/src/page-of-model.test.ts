import { expect, test } from "vitest";
import { classesInWords, samplesFor } from "./page-of-model.ts";

test("a model is shown samples of the classes that it has, and no others", () => {
  const samples = ["ship", "cat"];
  expect(samplesFor(["cat", "dog", "ship"], samples)).toEqual(samples);
  expect(samplesFor(["cat", "tractor"], samples)).toEqual(["cat"]);
  expect(samplesFor(["tench", "tractor"], samples)).toEqual([]);
});

test("its classes are named, the first dozen of many", () => {
  expect(classesInWords(["tench", "tractor"])).toBe("2 classes: tench, tractor");
  expect(classesInWords(Array.from({ length: 14 }, (_, i) => `c${i}`))).toMatch(/^14 classes: c0, .*c11 and 2 more$/);
});
