// An example that reference.py has too: 40 rows of 4 classes.
export const ROWS = 40;
export const CLASSES = 4;
export const labels = Int32Array.from({ length: ROWS }, (_, row) => (row % 3 === 0 ? 1 : (row * 7) % CLASSES));

/** Logits [40, 4] of a member. */
export function logitsOf(member: number): Float32Array {
  return Float32Array.from({ length: ROWS * CLASSES }, (_, at) => {
    const [i, k] = [Math.floor(at / CLASSES), at % CLASSES];
    return 2 * Math.sin(3 * i + 5 * k + 11 * member + i * k) + (k === labels[i] ? 1.5 : 0);
  });
}
