import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { checkValue, faultSentence, shownValue } from "./check-value.ts";

const schema = z.object({
  count: z.int().min(1).max(9).default(3),
  share: z.number().gt(0).lt(1).optional(),
  rate: z.number().positive().optional(),
  seed: z.int().optional(),
  order: z.enum(["rows", "columns"]).optional(),
  names: z.array(z.string().min(1)).min(2).optional(),
  place: z.url({ error: "must be an http or https address" }).optional(),
  on: z.boolean().optional(),
  kind: z.union([z.literal("auto"), z.int().min(1), z.array(z.strictObject({ size: z.number() }))]).optional(),
  pair: z.tuple([z.number(), z.number()]).optional(),
  table: z.record(z.string(), z.number()).optional(),
});

test.for([
  [{ count: 0 }, "count: expected a whole number from 1 to 9, got 0"],
  [{ count: "four" }, 'count: expected a whole number from 1 to 9, got "four"'],
  [{ share: 1 }, "share: expected a number above 0 and below 1, got 1"],
  [{ rate: -1 }, "rate: expected a number above 0, got -1"],
  [{ rate: Number.NaN }, "rate: expected a number above 0, got NaN"],
  [{ seed: 0.5 }, "seed: expected a whole number, got 0.5"],
  [{ order: "colums" }, 'order: expected "rows" or "columns", got "colums". Did you mean "columns"?'],
  [{ names: ["a"] }, 'names: expected a list of at least 2, got ["a"]'],
  [{ names: ["a", ""] }, 'names.1: expected text that is not empty, got ""'],
  [{ place: "here" }, 'place: must be an http or https address, got "here"'],
  [{ on: "yes" }, 'on: expected true or false, got "yes"'],
  [{ kind: 0 }, 'kind: expected "auto", a whole number of at least 1 or a list, got 0'],
  [{ kind: [{ size: "L" }] }, 'kind.0.size: expected a number, got "L"'],
  [{ kind: [{ sise: 1, size: 1 }] }, 'kind.0: unknown key "sise"'],
  [{ pair: [1, null] }, "pair.1: expected a number, got null"],
  [{ table: { a: "b" } }, 'table.a: expected a number, got "b"'],
  [[], "expected an object, got []"],
] as const)("%j is wrong: %s", ([value, sentence]) => {
  const { fault } = checkValue(schema, value);
  expect(faultSentence(fault!)).toBe(sentence);
});

test("what fits is parsed, and a fault brings the default as an example", () => {
  expect(checkValue(schema, {})).toEqual({ data: { count: 3 } });
  expect(checkValue(schema, { count: 10 }).fault?.example).toBe(3);
  expect(checkValue(z.object({ a: z.string() }), {}).fault?.words).toBe("expected text, got nothing");
});

test("of a union the branch that fails deepest is meant, a union's own words stay, and what is expected is named once", () => {
  const inside = z.union([z.string(), z.object({ a: z.object({ b: z.number() }) }), z.object({ a: z.string() })]);
  expect(checkValue(z.object({ own: inside }), { own: { a: { b: "x" } } }).fault?.path).toEqual(["own", "a", "b"]);
  const own = z.union([z.string(), z.int()], { error: "expected a name or a number" });
  expect(checkValue(own, null).fault?.words).toBe("expected a name or a number, got null");
  const alike = z.union([z.string(), z.literal("a"), z.string()]);
  expect(checkValue(alike, null).fault?.words).toBe('expected text or "a", got null');
});

test("a value is shown as it was written", () => {
  const values = [1.5, "a b", null, [1], { a: 1 }, undefined, Number.NaN, -Infinity];
  expect(values.map(shownValue)).toEqual(["1.5", '"a b"', "null", "[1]", '{"a":1}', "undefined", "NaN", "-Infinity"]);
});

test("no source shows a user zod's own words: messages of issues are read here alone", () => {
  const packages = join(import.meta.dirname, "../..");
  const sources = globSync("*/src/**/*.{ts,tsx}", { cwd: packages }).filter(
    (path) => !/\.test\.tsx?$/.test(path) && !path.endsWith("check-value.ts"),
  );
  const guilty = sources.filter((path) =>
    /issue\??\.message|prettifyError|treeifyError|\.error\??\.message/.test(readFileSync(join(packages, path), "utf8")),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(guilty).toEqual(["core/src/testing/expect-share.ts"]); // conformance tests, for authors of plugins
});
