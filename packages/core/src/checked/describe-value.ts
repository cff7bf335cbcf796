/** Describes a value that a plugin returned, for error messages: `NaN`, `a Float32Array of 12`, `an object with alpha, weights`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value === null ? "null" : `a ${typeof value}`;
  if (typeof (value as Partial<PromiseLike<unknown>>).then === "function") return "a promise";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value) && "length" in value) return `a ${value.constructor.name} of ${String(value.length)}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? "an empty object" : `an object with ${keys.slice(0, 8).join(", ")}${keys.length > 8 ? " …" : ""}`;
}
