import { classReport, confusionMatrix, confusions, diversity, fixedAndBroke, rightRows, voteSplit, wilson } from "@benn/analysis";
import type { Ensemble } from "@benn/core/node";
import type { VoteInsight } from "./insight.ts";

/** Maximum number of listed class pairs. */
const MOST_CONFUSIONS = 200;
/** A larger matrix is not legible on a terminal. */
const MOST_CLASSES = 200;

/** The predictions of an ensemble's members and votes for its test images. */
export function readVotes(ensemble: Ensemble): VoteInsight {
  const { members, classes, splits, voter } = ensemble;
  const { test, validation } = splits;
  if (!test) throw new RangeError("no test rows");
  const voting = members.flatMap(({ alpha }, m) => (alpha === undefined ? [] : [m]));
  const voters = voting.map((_, k) => {
    const own = ensemble.createVoters().get(voter);
    if (!own) throw new RangeError(`no voter ${voter}`);
    if (own.fit && validation) {
      const first = voting.slice(0, k + 1);
      const logits = validation.logits(0, validation.labels.length);
      const alphas = first.map((m) => members[m]!.alpha!);
      own.fit({ logits: first.map((m) => logits[m]!), alphas, classes: classes.length, labels: validation.labels });
    }
    return new Map([[voter, own]]);
  });
  const alphas = members.map(({ alpha }) => alpha);
  const { labels } = test;
  const rows = labels.length;
  const voted = voteSplit(test, { classes: classes.length, alphas, voters, own: voter, metrics: {}, keep: true });
  const right = voted.stagePredicted.map((predicted) => rightRows(predicted, labels));
  const answers = voted.stagePredicted.at(-1) ?? voted.predicted[0] ?? new Int32Array(rows);
  const matrix = confusionMatrix(answers, labels, classes.length);
  const disagreement = members.map(() => members.map(() => 0));
  for (const { first, second, disagreement: share } of diversity(voted.predicted, labels, classes.length).pairs) {
    disagreement[first]![second] = share;
    disagreement[second]![first] = share;
  }
  return {
    classes,
    rows,
    members: members.map(({ member, alpha }, m) => {
      const counts = Array.from(classes, () => 0);
      for (const answer of voted.predicted[m]!) counts[answer]! += 1;
      const hits = voted.members[m]!.right;
      return { member, accuracy: hits / rows, interval: wilson(hits, rows), counts, votes: alpha !== undefined };
    }),
    stages: voted.stages.map((byVoter) => {
      const hits = byVoter[voter]!.right;
      return { accuracy: hits / rows, interval: wilson(hits, rows) };
    }),
    disagreement,
    fixedAndBroke: fixedAndBroke(right),
    byClass: classReport(matrix, classes.length),
    confusion: classes.length <= MOST_CLASSES ? Array.from(matrix) : [],
    confusions: confusions(matrix, classes.length).slice(0, MOST_CONFUSIONS),
  };
}
