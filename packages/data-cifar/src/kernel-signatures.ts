// Made by assembly/build.mjs of assembly/index.ts, not to be changed by hand.

/** The functions of assembly/index.ts. */
export interface WhiteningFunctions {
  /**
   * A product of float32 matrices; each sum runs in the order of the steps, like a loop with Math.fround.
   *
   * C[r, j] = ((A[r, 0]·B[0, j] + A[r, 1]·B[1, j]) + …) for r < rows and j < columns.
   * @param a address of A[0, 0]; rows are `aRow` bytes apart, steps `aStep` bytes
   * @param panels B in consecutive panels of 8 columns, each [steps, 8]
   * @param c address of C[0, 0]; rows are `cRow` bytes apart
   * @param rows a multiple of 4
   * @param columns a multiple of 8
   */
  readonly multiply: (
    a: number,
    aRow: number,
    aStep: number,
    panels: number,
    c: number,
    cRow: number,
    rows: number,
    columns: number,
    steps: number,
  ) => void;
  /**
   * C += XᵀX in float64 for the tiles of 4 × 4 on and below C's diagonal.
   * @param panels X in consecutive panels of 4 columns, each [steps, 4]
   * @param c address of C [columns, columns]
   * @param columns a multiple of 4
   */
  readonly addGram: (panels: number, c: number, columns: number, steps: number) => void;
  /**
   * M ← H·M·H for the leading `size` rows and columns of a symmetric M, with H = I − scale · v·vᵀ:
   * M − v·wᵀ − w·vᵀ, where p = scale · M·v and w = p − (scale · pᵀv / 2) · v.
   * @param triangle address of M's lower triangle, float64, row by row
   * @param v address of v [size]
   * @param w receives w [size]
   */
  readonly reflect: (triangle: number, v: number, w: number, size: number, scale: number) => void;
  /** r ← r − scale · (r·v) · v for the first `size` values of a row of float64. */
  readonly reflectRow: (row: number, v: number, size: number, scale: number) => void;
}
