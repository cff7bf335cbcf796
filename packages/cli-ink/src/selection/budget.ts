import { UserError } from "@benn/core";

/** Maximum cost of an ensemble. */
export interface Budget {
  readonly kind: "bytes" | "milliseconds";
  readonly most: number;
  /** As the user wrote it. */
  readonly text: string;
}

const UNITS: Readonly<Record<string, Pick<Budget, "kind"> & { readonly times: number }>> = {
  B: { kind: "bytes", times: 1 },
  kB: { kind: "bytes", times: 1e3 },
  MB: { kind: "bytes", times: 1e6 },
  GB: { kind: "bytes", times: 1e9 },
  ms: { kind: "milliseconds", times: 1 },
  s: { kind: "milliseconds", times: 1e3 },
};

/**
 * Parses `300kB` or `2ms`.
 * @throws UserError
 */
export function parseBudget(text: string): Budget {
  const [, number = "", unit = ""] = /^([\d.]+)\s*([a-zA-Z]+)$/.exec(text.trim()) ?? [];
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  const value = Number(number);
  if (!known || !(value > 0))
    throw new UserError(
      `--budget: expected bytes of the packed file like 300kB, or time for an image like 2ms, got ${JSON.stringify(text)}.`,
    );
  return { kind: known.kind, most: value * known.times, text: text.trim() };
}
