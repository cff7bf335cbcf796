import { createHash } from "node:crypto";
import { DATASET } from "./dataset-name.ts";

/**
 * A warning if test pictures are also among the training pictures, which makes scores look better than they are. Pictures are equal if
 * their decoded and resized bytes are.
 * @param pixels [n, bytesEach]
 */
export function duplicatesAcross(
  pixels: Uint8Array,
  { train, test }: { readonly train: Int32Array; readonly test: Int32Array },
  { bytesEach, nameOf }: { readonly bytesEach: number; readonly nameOf: (row: number) => string },
): string[] {
  const digest = (row: number): string =>
    createHash("sha1")
      .update(pixels.subarray(row * bytesEach, (row + 1) * bytesEach))
      .digest("base64");
  const trained = new Map(Array.from(train, (row) => [digest(row), row]));
  const both = Array.from(test).flatMap((row) => {
    const twin = trained.get(digest(row));
    return twin === undefined ? [] : [{ row, twin }];
  });
  const [first] = both;
  if (!first) return [];
  return [
    `${DATASET}: ${both.length} of ${test.length} test pictures are among the training pictures too, such as "${nameOf(first.row)}", which is ` +
      `"${nameOf(first.twin)}"; scores will look better than they are.`,
  ];
}
