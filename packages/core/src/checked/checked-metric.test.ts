import { expect, test } from "vitest";
import type { Metric } from "../metric.ts";
import { checkedMetric } from "./checked-metric.ts";

const own = { title: "odd", unit: "", better: "lower", of: () => 1 };
const metric = (parts: object): Metric => checkedMetric({ ...own, ...parts } as unknown as Metric, "metric mine");

test("a metric has a title, a unit that may be empty, and a direction", () => {
  for (const better of ["higher", "lower"]) expect(metric({ better }).of(Float32Array.of(1), Int32Array.of(0))).toBe(1);
  for (const parts of [{ title: "" }, { title: 3 }, { unit: undefined }, { better: "" }, { better: undefined }])
    expect(() => metric(parts)).toThrow(
      /^metric mine: has the title .*, the unit .* and better: .*\. A metric has a title and a unit, and better is "higher" or "lower"\.$/,
    );
  for (const key of ["applies", "sum"]) expect(() => metric({ [key]: true })).toThrow(`has true as ${key}, which must be a method.`);
});

test("it gives a finite number, and NaN only where there are no rows", () => {
  const nothing = metric({ of: () => Number.NaN });
  expect(nothing.of(new Float32Array(0), new Int32Array(0))).toBe(Number.NaN);
  expect(() => nothing.of(Float32Array.of(1, 2), Int32Array.of(0))).toThrow("metric mine: of returned NaN for 1 rows.");
  expect(() => metric({ of: () => Infinity }).of(Float32Array.of(1), Int32Array.of(0))).toThrow("of returned Infinity for 1 rows.");
  expect(() => metric({ of: () => undefined }).of(new Float32Array(0), new Int32Array(0))).toThrow("of returned nothing for 0 rows.");
});
