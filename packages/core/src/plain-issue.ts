import type { z } from "zod";

/**
 * What a schema has to say, as an issue that names what is expected: of a union the branch that fails deepest, which is the one that was
 * meant; where all fail at once, all that they expect.
 */
export function plainIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return issue;
  const branches = issue.errors.flatMap(([first]) => (first ? [plainIssue(first)] : []));
  const [deepest] = branches.toSorted((a, b) => b.path.length - a.path.length);
  if (deepest && deepest.path.length > 0) return { ...deepest, path: [...issue.path, ...deepest.path] };
  const expected = [...new Set(expectedBy(issue))];
  return { ...issue, message: expected.length > 0 ? `Invalid input: expected ${expected.join(" or ")}` : issue.message };
}

/** Kinds and values that any branch takes. */
function expectedBy(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union") return issue.errors.flatMap(([first]) => (first ? expectedBy(first) : []));
  if (issue.code === "invalid_type") return [issue.expected];
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value));
  return [issue.message.replace(/^.*expected /, "")];
}

/** A value as it was written, for "got …"; what JSON has no form for by its name. */
export function shownValue(value: unknown): string {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : (JSON.stringify(value) ?? String(value));
}
