import { setImmediate } from "node:timers/promises";
import { selectMembers } from "@benn/analysis";
import { type DependencyContainer, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { fineBytes, milliseconds } from "../run/format.ts";
import type { Budget } from "./budget.ts";
import type { Library } from "./open-library.ts";
import { memberCosts, type PackOptions } from "./packed-costs.ts";
import { type CurvePoint, selectionCurve } from "./selection-curve.ts";

export interface ChooseOptions {
  readonly container: DependencyContainer;
  readonly budget: Budget | undefined;
  readonly whitening: boolean;
  readonly steps: number;
  readonly bags: number;
  readonly share: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  onProgress(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
}

export interface Choice {
  readonly curve: readonly CurvePoint[];
  readonly chosen: CurvePoint;
  /** The cost of an ensemble, from the costs of its members in the files of their runs; undefined without a budget. */
  cost(counts: ReadonlyMap<number, number>): number | undefined;
}

/**
 * Selects members of a library by its held-out rows.
 * @throws UserError if no member fits the budget; the signal's reason once that is aborted
 */
export async function chooseMembers(library: Library, options: ChooseOptions): Promise<Choice> {
  const { budget, steps, bags, share, seed, signal, onProgress } = options;
  const { candidates, metric, labels } = library;
  const costs = budget && (await costsOf(library, budget, options));
  const cost = (counts: ReadonlyMap<number, number>): number | undefined =>
    costs && [...counts.keys()].reduce((sum, candidate) => sum + costs.members[candidate]!, costs.base);
  if (budget && costs) {
    const least = costs.base + Math.min(...costs.members);
    if (least > budget.most) {
      throw new UserError(
        `--budget ${budget.text}: the smallest ensemble of one member takes ${costText(budget, least)}. Allow more` +
          `${budget.kind === "bytes" && costs.base > budget.most ? ", or leave out the matrix of a whitened dataset with --no-whitening" : ""}.`,
      );
    }
  }
  const votes = candidates.map(({ vote }) => vote);
  const { of, better } = metric.metric;
  let shownAt = performance.now();
  let pausedAt = shownAt;
  const pause = async (): Promise<void> => {
    if (performance.now() - pausedAt < 50) return;
    pausedAt = performance.now();
    await setImmediate(); // lets signals be handled
    signal.throwIfAborted();
  };
  const { curve, chosen } = await selectMembers({
    votes,
    labels,
    worth: (scores, own) => (better === "higher" ? of(scores, own) : -of(scores, own)),
    steps,
    bags,
    share,
    random: createRandom(seed, "select"),
    ...(budget ? { fits: (counts: ReadonlyMap<number, number>) => cost(counts)! <= budget.most } : {}),
    onStep(done, total) {
      if (done < total && performance.now() - shownAt < 100) return;
      shownAt = performance.now();
      onProgress({ what: "choosing, steps", done, total });
    },
    onVote: pause,
  });
  const points = await selectionCurve(curve, { votes, labels, metric: metric.metric, seed, onVote: pause });
  return { curve: points, chosen: points[curve.indexOf(chosen)]!, cost };
}

/** A bag selects from half of the candidates, but at least eight: fewer would leave it little choice. */
export function shareOf(candidates: number): number {
  return Math.min(1, Math.max(0.5, 8 / candidates));
}

/** `295 kB`, `1.84 ms`. */
export function costText({ kind }: Budget, cost: number): string {
  return kind === "milliseconds" ? milliseconds(cost) : fineBytes(cost);
}

/** Costs of each candidate, and the largest cost of a file besides its members. */
async function costsOf(
  { candidates, ensembles, voter }: Library,
  budget: Budget,
  { container, whitening, onProgress, signal }: ChooseOptions,
): Promise<{ readonly members: readonly number[]; readonly base: number }> {
  const pack: PackOptions = { container, voter: voter.spec.name, whitening };
  const members: number[] = [];
  let base = 0;
  for (const [done, { folder, members: all }] of ensembles.entries()) {
    onProgress({ what: `packing ${folder}, runs`, done, total: ensembles.length });
    const costs = await memberCosts(folder, budget.kind, { ...pack, onMember: () => signal.throwIfAborted() });
    signal.throwIfAborted();
    const voting = all.filter(({ alpha }) => alpha !== undefined).map(({ member }) => member);
    for (const [place, candidate] of candidates.entries())
      if (candidate.run === folder) members[place] = costs.members[voting.indexOf(candidate.member)]!;
    base = Math.max(base, costs.base);
  }
  return { members, base };
}
