/**
 * Whether no value is NaN or infinite. Fast (a fraction of a nanosecond per value): the float64 sum of float32 values is finite exactly if
 * all of them are.
 */
export function allFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i] ?? 0;
    b += values[i + 1] ?? 0;
    c += values[i + 2] ?? 0;
    d += values[i + 3] ?? 0;
  }
  for (let i = whole; i < values.length; i++) a += values[i] ?? 0;
  return Number.isFinite(a + b + c + d);
}
