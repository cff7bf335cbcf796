import type { Metric, Voter } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { exampleEnsemble, labels, metric, ROWS, splitOf } from "../test/example-ensemble.ts";
import { answersOf } from "../test/answers.ts";
import { CLASSES, logitsOf } from "../test/example-logits.ts";
import { calibration } from "./calibration.ts";
import { evaluateEnsemble, evaluateInSteps } from "./evaluate-ensemble.ts";
import { mcnemar } from "./mcnemar.ts";
import { rightRows } from "./right-rows.ts";
import { fitTemperature } from "./temperature.ts";
import { wilson } from "./wilson.ts";

const random = () => createRandom(0, "test");

/** Scores of a soft vote of the first members, by definition. */
const softScores = (members: number): Float64Array =>
  Float64Array.from({ length: ROWS * CLASSES }, (_, i) =>
    Array.from({ length: members }, (__, m) => logitsOf(m)[i] ?? 0).reduce((sum, logit) => sum + logit, 0),
  );
const rightOf = (scores: Float64Array): number =>
  [...labels].filter((label, row) => {
    const own = scores.subarray(row * CLASSES, (row + 1) * CLASSES);
    return own.indexOf(Math.max(...own)) === label;
  }).length;

test("every stage of a soft vote has the accuracy that its definition gives, with Wilson's interval", () => {
  const { splits, vote } = evaluateEnsemble(exampleEnsemble(5), { random: random() });
  for (const [k, stage] of splits.test!.staged.entries()) {
    const right = rightOf(softScores(k + 1));
    expect(stage["soft"]).toEqual({ right, accuracy: right / ROWS, interval: wilson(right, ROWS), metrics: { accuracy: right / ROWS } });
  }
  expect(splits.train!.staged).toEqual(splits.test!.staged);
  expect(Object.keys(splits.test!.staged[0]!)).toEqual(["hard", "soft", "softmax"]);
  const alone = splits.test!.members.map(({ right }) => right);
  expect(alone).toEqual(Array.from({ length: 5 }, (_, m) => rightRows(answersOf(m), labels).reduce((a, b) => a + b, 0)));
  expect(splits.test!.singleMean.accuracy).toBeCloseTo(alone.reduce((a, b) => a + b, 0) / 5 / ROWS, 12);
  expect(vote.fixedAndBroke.map(({ fixed, broke }) => fixed - broke)).toEqual(
    splits.test!.staged.slice(1).map((stage, k) => stage["soft"]!.right - splits.test!.staged[k]!["soft"]!.right),
  );
});

test("the vote is compared with the best member by the rows it is looked at on, and with the one that validation rows name", () => {
  // Rows in another order, so that another member is the best one there.
  const turned = Int32Array.from(labels, (label) => (label + 1) % CLASSES);
  const validation = { ...splitOf(5), labels: turned };
  const ensemble = exampleEnsemble(5, { splits: { validation, test: splitOf(5) } });
  const { splits, vote } = evaluateEnsemble(ensemble, { random: random() });
  const best = (of: "test" | "validation") => {
    const right = splits[of]!.members.map((member) => member.right);
    return right.indexOf(Math.max(...right));
  };
  expect(best("test")).not.toBe(best("validation"));
  expect(vote.against.map(({ chosenOn, member }) => [chosenOn, member])).toEqual([
    ["test", best("test")],
    ["validation", best("validation")],
  ]);
  const onValidation = evaluateEnsemble(ensemble, { random: random(), on: "validation" }).vote;
  expect(onValidation.against.map(({ chosenOn, member }) => [chosenOn, member])).toEqual([["validation", best("validation")]]);
  const final = splits.test!.staged.at(-1)!["soft"]!;
  for (const { member, accuracy, difference, interval, ...test } of vote.against) {
    expect(accuracy).toBe(splits.test!.members[member]!.accuracy);
    expect(difference).toBeCloseTo(final.accuracy - accuracy, 12);
    expect(interval[0]).toBeLessThanOrEqual(difference);
    expect(interval[1]).toBeGreaterThanOrEqual(difference);
    const soft = Int32Array.from({ length: ROWS }, (_, row) => {
      const own = softScores(5).subarray(row * CLASSES, (row + 1) * CLASSES);
      return own.indexOf(Math.max(...own));
    });
    expect(test).toMatchObject(mcnemar(rightRows(soft, labels), rightRows(answersOf(member), labels)));
  }
});

test("the temperature is that of the validation rows, and without them there is none", () => {
  const turned = Int32Array.from(labels, (label, row) => (row % 2 === 0 ? label : (label + 1) % CLASSES));
  const validation = { ...splitOf(3), labels: turned };
  const { vote } = evaluateEnsemble(exampleEnsemble(3, { splits: { validation, test: splitOf(3) } }), { random: random(), bins: 10 });
  const temperature = fitTemperature(softScores(3), turned);
  expect(vote.temperature).toBe(temperature);
  expect(vote.calibrated).toEqual(calibration(softScores(3), labels, { temperature, bins: 10 }));
  // As it votes: the mean of the members' logits.
  expect(vote.calibration).toEqual(calibration(softScores(3), labels, { temperature: 3, bins: 10 }));
  const without = evaluateEnsemble(exampleEnsemble(3), { random: random() }).vote;
  expect(without).not.toHaveProperty("temperature");
  expect(without).not.toHaveProperty("calibrated");
});

test("votes of classes and of probabilities have shares as their probabilities", () => {
  const { vote } = evaluateEnsemble(exampleEnsemble(4, { voter: "hard" }), { random: random() });
  const shares = Float64Array.from({ length: ROWS * CLASSES }, (_, i) => {
    const [row, k] = [Math.floor(i / CLASSES), i % CLASSES];
    return Math.log([0, 1, 2, 3].filter((m) => answersOf(m)[row] === k).length / 4);
  });
  expect(vote.calibration).toEqual(calibration(shares, labels));
  expect(vote.calibration.bins.filter(({ rows }) => rows > 0).map(({ confidence }) => Math.round(100 * confidence))).toEqual([
    25, 50, 75, 100,
  ]);
});

test("a member without a vote is measured alone and takes no part, and one alone is compared with nothing", () => {
  const { members } = exampleEnsemble(2);
  const { alpha: _none, ...dropped } = members[0]!;
  const evaluation = evaluateEnsemble(exampleEnsemble(2, { members: [dropped, members[1]!] }), { random: random() });
  expect(evaluation.splits.test!.members).toHaveLength(2);
  expect(evaluation.splits.test!.staged).toHaveLength(1);
  expect(evaluation.splits.test!.staged[0]!["soft"]!.right).toBe(evaluation.splits.test!.members[1]!.right);
  expect(evaluation.splits.test!.singleMean.accuracy).toBe(evaluation.splits.test!.members[1]!.accuracy);
  expect(evaluation.vote).toMatchObject({ against: [], fixedAndBroke: [], diversity: { pairs: [] } });
  expect(() => evaluateEnsemble(exampleEnsemble(1, { members: [dropped] }), { random: random() })).toThrow("no member votes");
  expect(() => evaluateEnsemble(exampleEnsemble(1), { random: random(), on: "validation" })).toThrow("no validation rows");
});

test("rows taken in blocks give what they give together, but for metrics that are no means over rows", () => {
  const median: Metric = { title: "median", unit: "", better: "higher", of: (scores) => scores.toSorted()[scores.length >> 1]! };
  const ensemble = exampleEnsemble(4, { metrics: { accuracy: metric("accuracy"), median } });
  const whole = evaluateEnsemble(ensemble, { random: random() });
  const { splits, vote } = evaluateEnsemble(ensemble, { random: random(), blockBytes: 7 * 4 * 4 * CLASSES });
  expect(vote).toEqual(whole.vote);
  for (const [k, stage] of splits.test!.staged.entries()) {
    const { metrics, ...counts } = stage["softmax"]!;
    const { metrics: expected, ...others } = whole.splits.test!.staged[k]!["softmax"]!;
    expect(counts).toEqual(others);
    expect(metrics["accuracy"]).toBeCloseTo(expected["accuracy"]!, 12);
    expect(metrics["median"]).toBeNaN();
    expect(expected["median"]).toBeGreaterThan(-10);
  }
});

test("a voter that learns is fitted on the validation rows at each stage, and one that only seems to add up is asked at each", () => {
  const fitted: number[] = [];
  /** Declares itself a soft vote, but uses only the best member's logits from the third stage on. */
  const odd: Voter = {
    vote: ({ logits, alphas, classes }) =>
      logits.length > 2 ? Float64Array.from(logits[0]!) : exampleEnsemble(1).createVoters().get("soft")!.vote({ logits, alphas, classes }),
    lower: (alphas) => ({ vote: "soft", alphas }),
  };
  const ensemble = exampleEnsemble(3, {
    splits: { validation: splitOf(3), test: splitOf(3) },
    createVoters: () =>
      new Map<string, Voter>([
        ...exampleEnsemble(3).createVoters(),
        ["odd", odd],
        [
          "learns",
          {
            fit: ({ logits }) => void fitted.push(logits.length),
            vote: ({ logits }) => Float64Array.from(logits.at(-1)!),
          },
        ],
      ]),
  });
  const { staged, members } = evaluateEnsemble(ensemble, { random: random() }).splits.test!;
  expect(fitted).toEqual([1, 2, 3]);
  expect(staged.map((stage) => stage["learns"]!.right)).toEqual(members.map(({ right }) => right));
  expect(staged.map((stage) => stage["odd"]!.right)).toEqual([staged[0]!["soft"]!.right, staged[1]!["soft"]!.right, members[0]!.right]);
});

test("in steps it is the same, with a pause after each member and each vote of a block", () => {
  const ensemble = exampleEnsemble(3, { splits: { validation: splitOf(3), test: splitOf(3) } });
  const blockBytes = 4 * CLASSES * 3 * Math.ceil(ROWS / 2);
  const steps = evaluateInSteps(ensemble, { random: random(), blockBytes });
  const done: number[] = [];
  let next = steps.next();
  for (; !next.done; next = steps.next()) {
    expect(next.value.total).toBe(2 * ROWS * (3 + 3 * 3));
    done.push(next.value.done);
  }
  expect(next.value).toEqual(evaluateEnsemble(ensemble, { random: random(), blockBytes }));
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(new Set(done).size).toBe(2 * 2 * (3 + 3 * 3));
  expect(done.at(-1)).toBe(2 * ROWS * (3 + 3 * 3));
});
