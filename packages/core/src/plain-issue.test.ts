import { expect, test } from "vitest";
import { z } from "zod";
import { plainIssue, shownValue } from "./plain-issue.ts";

const issueOf = (schema: z.ZodType, value: unknown): z.core.$ZodIssue => plainIssue(schema.safeParse(value).error!.issues[0]!);

test("of a union that fails at once all that is expected is listed, each once", () => {
  const schema = z.union([z.string(), z.literal(["a", 3]), z.union([z.int(), z.string()])]);
  expect(issueOf(schema, null)).toMatchObject({ path: [], message: 'Invalid input: expected string or "a" or 3 or number' });
});

test("of a union whose branch fails inside, that part is named", () => {
  const schema = z.union([z.string(), z.object({ a: z.object({ b: z.number() }) }), z.object({ a: z.string() })]);
  expect(issueOf(z.object({ own: schema }), { own: { a: { b: "x" } } })).toMatchObject({ path: ["own", "a", "b"] });
});

test("a rule of one branch that has no kind is told in its own words", () => {
  expect(issueOf(z.union([z.string(), z.string().min(3)]), 3).message).toBe("Invalid input: expected string");
  expect(issueOf(z.union([z.number().min(3), z.number().min(5)]), 1).message).toBe(
    "Invalid input: expected number to be >=3 or number to be >=5",
  );
});

test("any other issue, and a union with words of its own, stays as it is", () => {
  const own = z.union([z.string(), z.int()], { error: "expected a name or a number" });
  expect(issueOf(own, null).message).toBe("expected a name or a number");
  const { issues } = z.string().safeParse(3).error!;
  expect(plainIssue(issues[0]!)).toBe(issues[0]);
});

test("a value is shown as it was written", () => {
  expect([1.5, "a b", null, [1], { a: 1 }, undefined, Number.NaN, -Infinity].map(shownValue)).toEqual([
    "1.5",
    '"a b"',
    "null",
    "[1]",
    '{"a":1}',
    "undefined",
    "NaN",
    "-Infinity",
  ]);
});
