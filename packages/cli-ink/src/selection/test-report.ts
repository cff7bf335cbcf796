import { compareMembers, rightRows, wilson } from "@benn/analysis";
import { createRandom } from "@benn/core/internals";
import { winners } from "@benn/core/staged-vote";
import type { Library } from "./open-library.ts";
import type { Selection } from "./selection-schema.ts";

/** Size of the blocks in which logits are processed. */
const BLOCK_BYTES = 2 ** 28;

/**
 * The result of a selection on the test rows, with the vote of all candidates and the best single one on the held-out rows. Undefined
 * without test rows.
 * @param counts votes of the chosen candidates
 * @param best index of the single candidate
 */
export function testReport(
  { candidates, ensembles, voter: { voter }, classes }: Library,
  counts: ReadonlyMap<number, number>,
  best: number,
  seed: number,
): Selection["test"] {
  const labels = ensembles[0]?.splits.test?.labels;
  if (!labels) return undefined;
  const rows = labels.length;
  const [ofChosen, ofAll, ofSingle] = [0, 1, 2].map(() => new Uint8Array(rows));
  const step = Math.max(1, Math.floor(BLOCK_BYTES / (4 * classes.length * Math.max(...ensembles.map(({ members }) => members.length)))));
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(rows, from + step);
    const [chosen, all, single] = [0, 1, 2].map(() => new Float64Array((to - from) * classes.length));
    for (const { folder, members, splits } of ensembles) {
      const logits = splits.test?.logits(from, to) ?? [];
      for (const [at, { member }] of members.entries()) {
        const place = candidates.findIndex((one) => one.run === folder && one.member === member);
        if (place < 0) continue;
        const own = voter.vote({ logits: [logits[at]!], alphas: [1], classes: classes.length });
        const times = counts.get(place) ?? 0;
        for (let i = 0; i < own.length; i++) {
          chosen![i]! += times * own[i]!;
          all![i]! += own[i]!;
        }
        if (place === best) single!.set(own);
      }
    }
    for (const [of, scores] of [
      [ofChosen, chosen],
      [ofAll, all],
      [ofSingle, single],
    ] as const)
      of!.set(rightRows(winners(scores!, classes.length), labels.subarray(from, to)), from);
  }
  const right = ofChosen!.reduce((sum, own) => sum + own, 0);
  const [againstAll, againstBest] = compareMembers(ofChosen!, [ofAll!, ofSingle!], createRandom(seed, "select", "test")).map(
    ({ interval, ...rest }) => ({ ...rest, interval: [...interval] as [number, number] }),
  );
  const { run, member } = candidates[best]!;
  return {
    rows,
    right,
    accuracy: right / rows,
    interval: [...wilson(right, rows)],
    all: againstAll!,
    best: { ...againstBest!, run, member },
  };
}
