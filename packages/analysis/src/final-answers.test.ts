import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { exampleEnsemble, labels } from "../test/example-ensemble.ts";
import { answersOf } from "../test/answers.ts";
import { confusionMatrix, confusions } from "./confusion-matrix.ts";
import { evaluateEnsemble } from "./evaluate-ensemble.ts";
import { finalAnswers } from "./final-answers.ts";

test("answers are those that an evaluation counts, in one block of rows or in many, of members that vote alone", () => {
  const ensemble = exampleEnsemble(5);
  const dropped = { ...ensemble, members: ensemble.members.map(({ alpha, ...own }, m) => (m === 1 ? own : { ...own, alpha: alpha! })) };
  const { vote } = evaluateEnsemble(dropped, { random: createRandom(0, "test") });
  const classes = ensemble.classes.length;
  for (const blockBytes of [undefined, 5 * 4 * classes * 7]) {
    const { predicted, members, ...rest } = finalAnswers(dropped, "test", blockBytes);
    expect(rest.labels).toEqual(labels);
    expect(confusions(confusionMatrix(predicted, labels, classes), classes)).toEqual(vote.confusions);
    expect(members).toEqual([0, 2, 3, 4].map(answersOf));
  }
});

test("a voter that learns is fitted on validation rows", () => {
  const fitted: number[] = [];
  const ensemble = exampleEnsemble(2);
  const { test: split } = ensemble.splits;
  const createVoters = () =>
    new Map([
      [
        "soft",
        {
          fit: ({ labels: { length } }: { labels: Int32Array }) => void fitted.push(length),
          vote: ensemble.createVoters().get("soft")!.vote,
        },
      ],
    ]);
  finalAnswers({ ...ensemble, splits: { validation: split!, test: split! }, createVoters }, "test");
  expect(fitted).toEqual([labels.length]);
  expect(() => finalAnswers(ensemble, "validation")).toThrow(/no validation rows/);
});
