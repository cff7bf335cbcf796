/** Rounds a number ≥ 0 down to six digits; 0 for tiny numbers. */
export function roundDown(value: number): number {
  if (value < 1e-300) return 0;
  const near = Number(value.toPrecision(6));
  return near <= value ? near : Number((near - 10 ** (Math.floor(Math.log10(near)) - 5)).toPrecision(6));
}
