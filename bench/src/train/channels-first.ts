import type { GivenWeight } from "./model-weights.ts";

/** A kernel as [filters, channels, height, width], a vector as [1, channels, 1, 1]. */
export function channelsFirst({ values, shape: given }: GivenWeight): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const [kh = 1, kw = 1, c = 1, f = 1] = given.length === 4 ? given : [1, 1, given[0], 1];
  const turned = new Float32Array(values.length);
  for (const [i, value] of values.entries()) {
    const [filter, channel, tap] = [i % f, Math.floor(i / f) % c, Math.floor(i / f / c)];
    turned[(filter * c + channel) * kh * kw + tap] = value;
  }
  return { values: turned, shape: given.length === 4 ? [f, c, kh, kw] : [1, c, 1, 1] };
}
