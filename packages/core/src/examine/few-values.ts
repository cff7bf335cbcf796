import type { Bits } from "../binarizer.ts";

/**
 * Describes what is wrong with activations of `bits` bits: 1-bit ones are −1 and +1, k-bit ones with k ≤ 8 take at most 2ᵏ values.
 * @returns undefined if nothing is wrong
 */
export function activationsFault(values: Float32Array, bits: Bits): string | undefined {
  if (bits === 1) {
    const other = values.find((value) => value !== 1 && value !== -1);
    return other === undefined ? undefined : `1-bit activations are −1 or +1, not ${other}`;
  }
  return tooMany(values, bits);
}

/**
 * Describes what is wrong with a kernel of `bits` bits: each filter of a 1-bit kernel holds only −a and +a, of k ≤ 8 bits at most 2ᵏ
 * values.
 * @param values of a kernel whose last axis has `filters` elements
 * @returns undefined if nothing is wrong
 */
export function kernelFault(values: Float32Array, filters: number, bits: Bits): string | undefined {
  for (let filter = 0; filter < filters; filter++) {
    const own = values.filter((_, at) => at % filters === filter);
    if (bits === 1 && new Set(own.map(Math.abs)).size > 1) {
      const [a = 0] = own;
      const b = own.find((value) => Math.abs(value) !== Math.abs(a));
      return `a filter of a 1-bit kernel holds only −a and +a, not ${a} and ${b}`;
    }
    const fault = bits === 1 ? undefined : tooMany(own, bits);
    if (fault !== undefined) return `${fault} in a filter`;
  }
  return undefined;
}

/**
 * Describes what is wrong with the codes of a binarizer that has a scale.
 * @returns undefined if nothing is wrong
 */
export function codesFault(values: Float32Array, bits: Bits, of: "activations" | "kernel"): string | undefined {
  const most = 2 ** bits - 1;
  const half = 2 ** (bits - 1);
  const isOf =
    (least: number, largest: number, step = 1) =>
    (value: number) =>
      value >= least && value <= largest && (value - least) % step === 0;
  if (of === "activations") {
    const other = values.find((value) => !isOf(0, most)(value));
    return other === undefined ? undefined : `${bits}-bit codes of activations are whole numbers from 0 to ${most}, not ${other}`;
  }
  // 1-bit kernels have only the codes −1 and +1.
  const forms = [isOf(-most, most, 2), ...(bits === 1 ? [] : [isOf(-half, half - 1)])];
  if (forms.some((form) => values.every(form))) return undefined;
  const signed = bits === 1 ? "" : `whole numbers from ${-half} to ${half - 1}, or `;
  return `${bits}-bit codes of a kernel are ${signed}odd numbers from ${-most} to ${most}, not ${[...new Set(values)].slice(0, 4).join(", ")}`;
}

function tooMany(values: Float32Array, bits: Bits): string | undefined {
  const count = bits === 32 ? 0 : new Set(values).size;
  return count > 2 ** bits ? `${count} values of ${bits} bits, which have at most ${2 ** bits},` : undefined;
}
