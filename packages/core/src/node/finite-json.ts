import { UserError } from "../user-error.ts";

/**
 * JSON without NaN and infinity, which it cannot represent: `JSON.stringify` would write null, which no reader accepts as a number.
 * @param what is written, for the message
 * @throws UserError that names the first number that is not finite
 */
export function finiteJson(value: unknown, what: string, indent?: number): string {
  const bad = findBad(value, "");
  if (bad) {
    throw new UserError(
      `${what}: ${bad.path} is ${bad.value}, which JSON cannot store. Fix what computed it, or lower learningRate if training diverged.`,
    );
  }
  return JSON.stringify(value, null, indent);
}

function findBad(value: unknown, path: string): { readonly path: string; readonly value: number } | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path, value };
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const bad = findBad(inner, path === "" ? key : `${path}.${key}`);
    if (bad) return bad;
  }
  return undefined;
}
