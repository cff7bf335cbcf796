import type { SplitName } from "@benn/core";
import type { Ensemble } from "@benn/core/node";
import { winners } from "@benn/core/staged-vote";
import { finish, type StepProgress } from "./steps.ts";

/** The classes that an ensemble and each of its voting members predict. */
export interface FinalAnswers {
  /** [rows] */
  readonly labels: Int32Array;
  /** [rows] */
  readonly predicted: Int32Array;
  /** [rows] per voting member, in order. */
  readonly members: readonly Int32Array[];
}

/**
 * The classes that the final vote by the run's voter and its members predict for the rows of a split. A voter that learns is fitted on the
 * validation rows, as in `evaluateEnsemble`.
 * @param blockBytes of logits that are processed at a time; default 2²⁹
 * @throws RangeError if the split is missing
 */
export function finalAnswers(ensemble: Ensemble, on: SplitName, blockBytes: number = 2 ** 29): FinalAnswers {
  return finish(finalAnswersInSteps(ensemble, on, blockBytes));
}

/** `finalAnswers`, with a pause after each member of a block of rows. */
export function* finalAnswersInSteps(
  ensemble: Ensemble,
  on: SplitName,
  blockBytes: number = 2 ** 29,
): Generator<StepProgress, FinalAnswers> {
  const { splits, members, createVoters, voter: name } = ensemble;
  const split = splits[on];
  const voter = createVoters().get(name);
  if (!split || !voter) throw new RangeError(`no ${on} rows`);
  const classes = ensemble.classes.length;
  const voting = members.flatMap(({ alpha }, m) => (alpha === undefined ? [] : [m]));
  const alphas = voting.map((m) => members[m]!.alpha!);
  const held = splits.validation;
  if (held && voter.fit) {
    const logits = held.logits(0, held.labels.length);
    voter.fit({ logits: voting.map((m) => logits[m]!), alphas, classes, labels: held.labels });
  }
  const rows = split.labels.length;
  const predicted = new Int32Array(rows);
  const own = voting.map(() => new Int32Array(rows));
  const step = Math.max(1, Math.floor(blockBytes / (4 * classes * members.length)));
  for (let from = 0; from < rows; from += step) {
    const block = split.logits(from, Math.min(rows, from + step));
    const logits = voting.map((m) => block[m]!);
    predicted.set(winners(voter.vote({ logits, alphas, classes }), classes), from);
    for (const [i, of] of logits.entries()) {
      own[i]!.set(winners(of, classes), from);
      yield { done: from * voting.length + Math.min(step, rows - from) * (i + 1), total: rows * voting.length };
    }
  }
  return { labels: split.labels, predicted, members: own };
}
