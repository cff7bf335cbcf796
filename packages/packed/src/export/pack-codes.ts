import type { CodePlanes } from "./operation.ts";

/**
 * A kernel [… , filters] of `count`-bit codes as bit planes: odd numbers from −(2ᵏ − 1) to 2ᵏ − 1 if all are odd, else whole numbers from
 * −2ᵏ⁻¹ to 2ᵏ⁻¹ − 1.
 * @returns undefined if a weight is neither
 */
export function packCodes(kernel: Float32Array, filters: number, count: number): CodePlanes | undefined {
  const most = 2 ** count - 1;
  const odd = kernel.every((weight) => weight >= -most && weight <= most && Math.abs(weight % 2) === 1);
  const codes = Float32Array.from(kernel, (weight) => (odd ? (weight + most) / 2 : weight + 2 ** (count - 1)));
  if (!codes.every((code) => Number.isInteger(code) && code >= 0 && code <= most)) return undefined;
  const length = kernel.length / filters;
  const rowBytes = Math.ceil(length / 8);
  const bits = new Uint8Array(count * filters * rowBytes);
  for (const [i, code] of codes.entries()) {
    const [k, filter] = [Math.floor(i / filters), i % filters];
    for (let plane = 0; plane < count; plane++) bits[(plane * filters + filter) * rowBytes + (k >> 3)]! |= ((code >> plane) & 1) << (k & 7);
  }
  return { bits, count, odd };
}
