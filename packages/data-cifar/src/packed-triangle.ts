/** Where row `row` of a lower triangle starts that is kept row by row: 0; 1, 2; 3, 4, 5; … Also how long `row` rows are. */
export function rowStart(row: number): number {
  return (row * (row + 1)) / 2;
}
