import { CLASSES, logitsOf } from "./example-logits.ts";

/** The classes [rows] of a member's highest logits. */
export function answersOf(member: number): Int32Array {
  const logits = logitsOf(member);
  return Int32Array.from({ length: logits.length / CLASSES }, (_, row) => {
    const own = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    return own.indexOf(Math.max(...own));
  });
}
