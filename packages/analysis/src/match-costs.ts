import { mean } from "simple-statistics";
import { type ComparedEnsemble, type ComparedKind, type Cost, type CostMatch, COSTS } from "./cost-comparison.ts";
import { studentInterval } from "./student-interval.ts";

/**
 * Compares each network of more bits with the largest ensemble of 1-bit networks that costs no more: at equal bytes, bit operations and
 * milliseconds, as far as both are known. Accuracies of the same seed are paired.
 * @param ones the 1-bit networks
 */
export function matchCosts(ones: ComparedKind, others: readonly ComparedKind[]): CostMatch[] {
  return COSTS.flatMap((cost) => others.flatMap((other) => matchOf(cost, ones, other) ?? []));
}

function matchOf(cost: Cost, ones: ComparedKind, other: ComparedKind): CostMatch | undefined {
  const net = other.ensembles[0]!;
  const price = net.cost[cost];
  const priced = ones.ensembles.filter((ensemble) => ensemble.cost[cost] !== undefined);
  if (price === undefined || priced.length === 0) return undefined;
  const fitting = priced.filter((ensemble) => ensemble.cost[cost]! <= price);
  const largest = fitting.at(-1);
  const base = { cost, against: other.name, price };
  if (!largest) return { ...base, members: 0, isShort: false };
  return {
    ...base,
    members: largest.members,
    isShort: fitting.length === priced.length && price - largest.cost[cost]! >= stepOf(priced, cost),
    ensemblePrice: largest.cost[cost]!,
    difference: differenceOf(largest, net),
  };
}

/** The cost of another member. */
function stepOf(priced: readonly ComparedEnsemble[], cost: Cost): number {
  const [last, before] = [priced.at(-1)!.cost[cost]!, priced.at(-2)?.cost[cost] ?? 0];
  return last - before;
}

function differenceOf(ensemble: ComparedEnsemble, net: ComparedEnsemble): CostMatch["difference"] & {} {
  const gains = ensemble.accuracies.map((accuracy, i) => accuracy - net.accuracies[i]!);
  return { value: mean(gains), interval: studentInterval(gains)! };
}

/**
 * Whether an ensemble is on the Pareto front: nothing with equal or lower cost has at least its accuracy, on average over seeds.
 * @returns indices [kind, ensemble] in order of cost
 */
export function paretoFront(kinds: readonly ComparedKind[], cost: Cost): (readonly [kind: number, ensemble: number])[] {
  const all = kinds
    .flatMap(({ ensembles }, kind) =>
      ensembles.map((own, ensemble) => ({ kind, ensemble, price: own.cost[cost], accuracy: own.accuracy.mean })),
    )
    .filter((own): own is typeof own & { price: number } => own.price !== undefined)
    .toSorted((a, b) => a.price - b.price || b.accuracy - a.accuracy);
  const front: (readonly [number, number])[] = [];
  let best = -Infinity;
  for (const { kind, ensemble, accuracy } of all) {
    if (accuracy <= best) continue;
    best = accuracy;
    front.push([kind, ensemble]);
  }
  return front;
}
