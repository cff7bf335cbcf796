import { expect, test } from "vitest";
import { exampleRun } from "../test/example-run.ts";
import type { ReportedRun } from "./reported-run.ts";
import { suspicions } from "./suspicions.ts";

const run = exampleRun(4);
const doubts = (changed: ReportedRun): string => suspicions(changed).join("\n");
const withVote = (vote: Partial<ReportedRun["evaluation"]["vote"]>): ReportedRun => ({
  ...run,
  evaluation: { ...run.evaluation, vote: { ...run.evaluation.vote, ...vote } },
});
/** With this many right rows, by stage, on a split. */
const staged = (split: "test" | "train" | "validation", right: readonly number[]): ReportedRun["evaluation"]["splits"] => {
  const { splits } = run.evaluation;
  const own = splits[split]!;
  const stages = own.staged.map((stage, k) => ({ soft: { ...stage["soft"]!, right: right[k]!, accuracy: right[k]! / own.rows } }));
  return { ...splits, [split]: { ...own, staged: stages } };
};

test("a training accuracy far above is said, and one near is not", () => {
  const of = (right: number) => doubts({ ...run, evaluation: { ...run.evaluation, splits: staged("train", [0, 0, 0, right]) } });
  const final = run.evaluation.splits.test!.staged.at(-1)!["soft"]!.right;
  expect(of(final + 61)).toMatch(/: 15\.\d points of it are learned by heart/);
  expect(of(final + 59)).not.toMatch(/by heart/);
});

test("classes that are never answered are named", () => {
  expect(doubts(run)).not.toMatch(/never answered/);
  const perClass = run.evaluation.vote.perClass.map((own, k) => (k === 3 ? { ...own, predicted: 0 } : own));
  expect(doubts(withVote({ perClass }))).toMatch(/One class is never answered: class 3\./);
});

test("members whose error is near chance are named", () => {
  expect(doubts(run)).not.toMatch(/near chance/);
  const members = run.members.map((own, i) => ({ ...own, error: i === 1 ? 0.86 : 0.85 }));
  expect(doubts({ ...run, members })).toMatch(/Member 2 has a weighted error ε near chance \(90\.0 % of 10 classes\)/);
});

test("a number of members that the test images would choose is told to flatter, and what validation images choose stands beside it", () => {
  const splits = { ...staged("test", [200, 300, 250, 240]), validation: staged("validation", [10, 20, 40, 30]).validation! };
  expect(doubts({ ...run, evaluation: { ...run.evaluation, splits } })).toMatch(
    /The first 2 of 4 members would have 60 images more right, but that number is chosen on the test images it is measured on: .* Validation images choose 3, which has 62\.5 %\./,
  );
  expect(doubts({ ...run, evaluation: { ...run.evaluation, splits: staged("test", [200, 220, 230, 240]) } })).not.toMatch(/flatters/);
});

test("a vote that cannot be told from its best member is doubted", () => {
  const [first] = run.evaluation.vote.against;
  expect(doubts(withVote({ against: [{ ...first!, pValue: 0.2, difference: 0.004 }] }))).toMatch(
    /does not differ reliably .* \+0\.4 points, p = 0\.20/,
  );
  expect(doubts(withVote({ against: [{ ...first!, pValue: 0.01 }] }))).not.toMatch(/cannot be told/);
});

test("members that answer alike, probabilities that are off and why the run ended are said", () => {
  const { diversity, calibrated } = run.evaluation.vote;
  const pairs = diversity.pairs.map((pair, i) => (i === 0 ? { ...pair, disagreement: 0 } : pair));
  expect(doubts(withVote({ diversity: { ...diversity, pairs } }))).toMatch(/1 pair of members answers every one of the test images alike/);
  expect(doubts(withVote({ calibrated: { ...calibrated!, expectedCalibrationError: 0.2 } }))).toMatch(
    /off by 20\.0 % on average even at the fitted temperature/,
  );
  expect(doubts({ ...run, ending: "stopped: nothing left to learn." })).toMatch(/stopped: nothing left/);
});
