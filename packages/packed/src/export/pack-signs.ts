/**
 * A kernel [… , filters] in which every filter holds only −a and +a, as bits and scales.
 * @returns undefined if a filter has another value
 */
export function packSigns(kernel: Float32Array, filters: number): { readonly bits: Uint8Array; readonly scale: Float32Array } | undefined {
  const length = kernel.length / filters;
  const rowBytes = Math.ceil(length / 8);
  const bits = new Uint8Array(filters * rowBytes);
  const scale = new Float32Array(filters);
  for (let filter = 0; filter < filters; filter++) {
    const a = Math.abs(kernel[filter] ?? 0);
    scale[filter] = a;
    for (let k = 0; k < length; k++) {
      const weight = kernel[k * filters + filter] ?? 0;
      if (Math.abs(weight) !== a) return undefined;
      if (weight > 0) bits[filter * rowBytes + (k >> 3)]! |= 1 << (k & 7);
    }
  }
  return { bits, scale };
}
