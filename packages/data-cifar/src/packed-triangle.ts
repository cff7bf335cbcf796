/** Start of row `row` of a lower triangle that is stored row by row: 0; 1, 2; 3, 4, 5; … Also the total length of the first `row` rows. */
export function rowStart(row: number): number {
  return (row * (row + 1)) / 2;
}
