import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, count, digits, duration, fineBytes, imagesPerSecond, milliseconds, roughly } from "./quantities.ts";

test("sizes are decimal", () => {
  const sizes = [0, 999, 1000, 61_234, 99_960, 482_000, 999_600, 3.2e9, 4096 * 2 ** 20];
  expect(sizes.map(bytes)).toEqual(["0 B", "999 B", "1.0 kB", "61.2 kB", "100 kB", "482 kB", "1.0 MB", "3.2 GB", "4.3 GB"]);
  expect([999, 1_406_000, 482_300].map(fineBytes)).toEqual(["999 B", "1.41 MB", "482 kB"]);
  expect(count(1_234_567)).toBe("1,234,567");
});

test("times are in ms, s, min, h and d", () => {
  expect([0.0831, 1.84, 12.34, 345.6, 1234, 61_000].map(milliseconds)).toEqual([
    "0.0831 ms",
    "1.84 ms",
    "12.3 ms",
    "346 ms",
    "1.2 s",
    "1 min 1 s",
  ]);
  expect([-3, 0.04, 9.6, 59.6, 75, 120, 3599.6, 4000, 90_000, 172_800].map(duration)).toEqual([
    "0.0 s",
    "0.0 s",
    "9.6 s",
    "1 min",
    "1 min 15 s",
    "2 min",
    "1 h",
    "1 h 7 min",
    "1 d 1 h",
    "2 d",
  ]);
  expect([0.2, 4.2, 47, 59, 485, 3570, 3746, 86_000, 90_000, Number.NaN].map(roughly)).toEqual([
    "1 s",
    "4 s",
    "45 s",
    "1 min",
    "8 min",
    "1 h",
    "1 h",
    "23 h 50 min",
    "1 d 1 h",
    "–",
  ]);
});

test("speeds have three digits", () => {
  expect([0.8341, 19.34, 1975.4].map(imagesPerSecond)).toEqual(["0.834 images/s", "19.3 images/s", "1,975 images/s"]);
  expect([0, 0.0312, 9.999, 99.97, Number.NaN].map(digits)).toEqual(["0.00", "0.0312", "10.0", "100", "–"]);
});

test("no amount is written with a thousand of its unit, 60 s or 60 min", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
      for (const text of [bytes(value), duration(value), roughly(value), milliseconds(value)])
        expect(text).not.toMatch(/\b(?:1000(?:\.0)? [kMG]B|60 s|60 min|24 h)(?!\w)/);
    }),
  );
});

test("no message counts in MiB, and every size and time of the sources is written here", () => {
  const packages = join(import.meta.dirname, "../..");
  const sources = globSync("*/src/**/*.{ts,tsx}", { cwd: packages }).filter(
    (path) => !/\.test\.tsx?$/.test(path) && !path.endsWith("quantities.ts"),
  );
  expect(sources.length).toBeGreaterThan(100);
  const guilty = sources.filter((path) =>
    /\} (?:[KMG]iB|[kMG]?B|ms|s|min|images\/s)(?![\w/])/.test(readFileSync(join(packages, path), "utf8")),
  );
  // The packed runtime has no imports, and every byte of it counts.
  expect(guilty.toSorted()).toEqual(["packed/src/memory-plan.ts", "packed/src/prepare-image.ts", "packed/src/read-bytes.ts"]);
});
