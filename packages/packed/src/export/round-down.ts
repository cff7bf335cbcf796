/** A number from 0 on to six digits, never above what it was; 0 for what is next to nothing. */
export function roundDown(value: number): number {
  if (value < 1e-300) return 0;
  const near = Number(value.toPrecision(6));
  return near <= value ? near : Number((near - 10 ** (Math.floor(Math.log10(near)) - 5)).toPrecision(6));
}
