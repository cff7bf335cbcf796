import { classOrder } from "./class-order.ts";

/**
 * How clearly the members that ran agree on the winner of a soft vote: its lead over the runner-up in the mean logits, in units in which
 * leads of any number of members are comparable. If members' leads on an image are independent, the mean of the first ones deviates from
 * that of all by a standard deviation proportional to √(all / first − 1); a lead of several times that is unlikely to reverse.
 * @param scores Σ alpha·logits of the members that ran, [classes]
 * @param ran Σ |alpha| of them
 * @param all Σ |alpha| of all members
 */
export function leadOf(scores: Float64Array, ran: number, all: number): number {
  const [first = 0, second = first] = classOrder(scores);
  return (scores[first]! - scores[second]!) / ran / Math.sqrt(all / ran - 1);
}
