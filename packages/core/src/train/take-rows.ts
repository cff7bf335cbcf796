/** Copies rows of [n, columns], in this order. */
export function takeRows(values: Float32Array, rows: Int32Array, columns: number): Float32Array {
  const taken = new Float32Array(rows.length * columns);
  for (const [at, row] of rows.entries()) taken.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
  return taken;
}
