import { classOrder } from "./class-order.ts";

/**
 * How far the members that ran agree on the winner of a soft vote: its lead over the runner-up in the mean logits, in units in which leads
 * of any number of members can be compared. If members' leads on an image scatter independently, the mean of the first ones differs from that of
 * all by a deviation proportional to √(all / first − 1); a lead so many times as large is unlikely to turn.
 * @param scores Σ alpha·logits of the members that ran, [classes]
 * @param ran Σ |alpha| of them
 * @param all Σ |alpha| of all members
 */
export function leadOf(scores: Float64Array, ran: number, all: number): number {
  const [first = 0, second = first] = classOrder(scores);
  return (scores[first]! - scores[second]!) / ran / Math.sqrt(all / ran - 1);
}
