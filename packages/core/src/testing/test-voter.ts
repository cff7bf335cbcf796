import { describe, expect, test } from "./exam-host.ts";
import { mapLogits } from "../linear-map.ts";
import { createRandom } from "../random.ts";
import type { Ballot, LoweredVote, Voter } from "../voter.ts";

const [MEMBERS, ROWS, CLASSES] = [4, 12, 5];

/**
 * Conformance tests for every voter: `testVoter("soft", () => softVote)`. A voter that learns is created and fitted for each ensemble, and
 * may choose other classes than its single member.
 * @param create creates the voter as its definition does
 */
export function testVoter(name: string, create: () => Voter): void {
  const fitted = (ballot: Ballot): Voter => {
    const voter = create();
    voter.fit?.({ ...ballot, labels: Int32Array.from({ length: ROWS }, (_, row) => row % CLASSES) });
    return voter;
  };
  const vote = (ballot: Ballot): Float64Array => fitted(ballot).vote(ballot);

  describe(`the voter ${name}`, () => {
    test("gives one finite score a row and class, the same each time, and leaves the ballot alone", () => {
      const ballot = randomBallot(1);
      const scores = vote(ballot);
      expect(scores).toBeInstanceOf(Float64Array);
      expect(scores).toHaveLength(ROWS * CLASSES);
      expect(scores.every(Number.isFinite)).toBe(true);
      expect(vote(ballot)).toEqual(scores);
      expect(ballot).toEqual(randomBallot(1));
    });

    test("does not care in which order the members come", () => {
      const { logits, alphas, classes } = randomBallot(2);
      const scores = vote({ logits, alphas, classes });
      // What is fitted in another order rounds otherwise, and stops nearby.
      const tolerance = create().fit ? 1e-4 : 1e-9;
      expectClose(vote({ logits: logits.toReversed(), alphas: alphas.toReversed(), classes }), scores, tolerance);
      const equal = vote({ logits, alphas: alphas.map(() => 1), classes });
      expectClose(vote({ logits: logits.toReversed(), alphas: alphas.map(() => 1), classes }), equal, tolerance);
    });

    test("answers for one member what that member answers, ties to the lower class; or learns from labels what members know", () => {
      if (create().fit) return expectLearning(create);
      const { logits, classes } = randomBallot(3);
      const own = logits[0] ?? new Float32Array();
      own.fill(1, 0, classes);
      expect(winners(vote({ logits: [own], alphas: [0.7], classes }))).toEqual(winners(own));
    });

    test("scores a row alike whatever rows stand beside it", () => {
      const { logits, alphas, classes } = randomBallot(4);
      const voter = fitted({ logits, alphas, classes });
      const scores = voter.vote({ logits, alphas, classes });
      for (let row = 0; row < ROWS; row++) {
        const [from, to] = [row * classes, (row + 1) * classes];
        expectClose(voter.vote({ logits: logits.map((own) => own.slice(from, to)), alphas, classes }), scores.slice(from, to));
      }
      expect(voter.vote({ logits: logits.map(() => new Float32Array()), alphas, classes })).toHaveLength(0);
    });

    test("stays finite with huge logits and with alphas that are negative or 0", () => {
      const { logits, classes } = randomBallot(5);
      const huge = logits.map((own) => own.map((x) => x * 1e30));
      const scores = vote({ logits: huge, alphas: [-1, 0, 1, 2], classes });
      expect(scores.every(Number.isFinite)).toBe(true);
    });

    test("has the winners of the vote that it lowers to, if it lowers", () => {
      for (const seed of [6, 7, 8]) {
        const ballot = randomBallot(seed);
        const voter = fitted(ballot);
        if (!voter.lower) return;
        const lowered = voter.lower(ballot.alphas);
        expect(lowered.alphas).toHaveLength(MEMBERS);
        if (lowered.maps) expect([lowered.vote, lowered.maps.length]).toEqual(["soft", MEMBERS]);
        expect(winners(loweredScores(lowered, ballot))).toEqual(winners(voter.vote(ballot)));
      }
    });
  });
}

/** One member knows the classes and others guess: a vote that is fitted to that knows them too, also where the one is alone. */
function expectLearning(create: () => Voter): void {
  const random = createRandom(9, "ballot");
  const labels = Int32Array.from({ length: 12 * CLASSES }, (_, row) => (7 * row) % CLASSES);
  const guess = (): Float32Array => Float32Array.from({ length: labels.length * CLASSES }, () => random.normal());
  const knowing = guess().map((logit, i) => logit / 4 + (labels[Math.floor(i / CLASSES)] === i % CLASSES ? 6 : 0));
  for (const logits of [[knowing], [guess(), knowing, guess()]]) {
    const voter = create();
    const ballot = { logits, alphas: logits.map(() => 1), classes: CLASSES };
    voter.fit?.({ ...ballot, labels });
    expect(winners(voter.vote(ballot))).toEqual([...labels]);
  }
}

/** Scores [n, classes] of the vote as a packed model computes it. */
function loweredScores({ vote, alphas, maps }: LoweredVote, { logits, classes }: Ballot): number[] {
  const scores = Array.from({ length: logits[0]?.length ?? 0 }, () => 0);
  for (const [member, logitsOf] of logits.entries()) {
    const own = maps?.[member] ? mapLogits(logitsOf, maps[member]) : logitsOf;
    for (let row = 0; row < own.length; row += classes) {
      const cut = Array.from(own.subarray(row, row + classes));
      const powers = cut.map((logit) => Math.exp(logit - Math.max(...cut)));
      const sum = powers.reduce((a, b) => a + b, 0);
      for (const [c, logit] of cut.entries()) {
        const share = { hard: Number(c === cut.indexOf(Math.max(...cut))), soft: logit, softmax: (powers[c] ?? 0) / sum }[vote];
        scores[row + c] = (scores[row + c] ?? 0) + (alphas[member] ?? Number.NaN) * share;
      }
    }
  }
  return scores;
}

function randomBallot(seed: number): Ballot {
  const random = createRandom(seed, "ballot");
  return {
    logits: Array.from({ length: MEMBERS }, () => Float32Array.from({ length: ROWS * CLASSES }, () => 3 * random.normal())),
    alphas: Array.from({ length: MEMBERS }, () => 0.5 + random.uniform()),
    classes: CLASSES,
  };
}

function winners(scores: ArrayLike<number>): number[] {
  return Array.from({ length: scores.length / CLASSES }, (_, row) => {
    const own = Array.from({ length: CLASSES }, (_, c) => scores[row * CLASSES + c] ?? Number.NaN);
    return own.indexOf(Math.max(...own));
  });
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance = 1e-9): void {
  expect(actual).toHaveLength(expected.length);
  const far = actual.findIndex((x, i) => Math.abs(x - (expected[i] ?? 0)) > tolerance * Math.max(1, Math.abs(x)));
  expect(far, `score ${far} is ${actual[far]}, expected ${expected[far]}`).toBe(-1);
}
