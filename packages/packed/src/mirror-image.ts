/** Images [height, width, channels], mirrored left to right. */
export function mirrorImage<Values extends Uint8Array | Uint8ClampedArray | Float32Array>(
  values: Values,
  [, width, channels]: readonly [number, number, number],
): Values {
  const mirrored = values.slice() as Values;
  for (const i of values.keys()) mirrored[i] = values[i + channels * (width - 1 - 2 * (Math.floor(i / channels) % width))] ?? 0;
  return mirrored;
}
