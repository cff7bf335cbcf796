import { expect, test } from "vitest";
import { createRandom, deriveSeed, shuffle } from "./random.ts";

test("the same seed and purpose draw the same numbers, another purpose others", () => {
  const draw = (...purpose: (string | number)[]) => Array.from({ length: 5 }, () => createRandom(1, ...purpose).bits());
  expect(draw("shuffle", 0, 1)).toEqual(draw("shuffle", 0, 1));
  expect(draw("shuffle", 0, 1)).not.toEqual(draw("shuffle", 1, 0));
  expect(deriveSeed(1, "a", "b")).not.toBe(deriveSeed(1, "ab"));
});

test("integers are uniform and uniforms lie in [0, 1)", () => {
  const random = createRandom(7);
  const counts = new Int32Array(10);
  for (let i = 0; i < 10_000; i++) counts[random.integer(10)]! += 1;
  for (const n of counts) expect(Math.abs(n - 1000)).toBeLessThan(150);
  for (let i = 0; i < 1000; i++) {
    const u = random.uniform();
    expect(u >= 0 && u < 1).toBe(true);
  }
});

test("normals have mean 0 and deviation 1", () => {
  const random = createRandom(3);
  const values = Array.from({ length: 20_000 }, () => random.normal());
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test("a shuffle keeps every value", () => {
  const shuffled = shuffle(
    Int32Array.from({ length: 100 }, (_, i) => i),
    createRandom(5),
  );
  expect(shuffled).not.toEqual(Int32Array.from({ length: 100 }, (_, i) => i));
  expect(shuffled.toSorted()).toEqual(Int32Array.from({ length: 100 }, (_, i) => i));
});

test("integers of a range that does not divide 2³² are uniform too", () => {
  const random = createRandom(11);
  const quarters = [0, 0, 0];
  for (let i = 0; i < 3000; i++) quarters[Math.floor(random.integer(3 * 2 ** 30) / 2 ** 30)]! += 1;
  // Without a second draw where one is required, the first quarter would occur twice as often as the others.
  for (const count of quarters) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
