import { expect, test } from "vitest";
import { accuracyMetric, lossMetric } from "../built-in/metrics.ts";
import { VOTERS, type Ballot, type Voter } from "../voter.ts";
import { toyContainer } from "./toy-problem.ts";
import { createVoters, stageVotes, type Voting } from "./stage-votes.ts";

const split = (...labels: number[]) => ({ labels: Int32Array.from(labels), images: () => new Float32Array() });
const data = { labels: ["a", "b"], test: split(0, 1), validation: split(1) };
const sum = (ballot: Ballot): Float64Array =>
  Float64Array.from(ballot.logits[0] ?? [], (_, i) => ballot.logits.reduce((total, own, m) => total + ballot.alphas[m]! * own[i]!, 0));

const voting = (alpha: number | undefined, test: number[], validation: number[], accuracy: number): Voting => ({
  record: {
    member: 0,
    bestEpoch: 0,
    error: 0,
    ...(alpha === undefined ? {} : { alpha }),
    metrics: { accuracy: { train: 0, test: accuracy } },
  },
  logits: { train: new Float32Array(), test: Float32Array.from(test), validation: Float32Array.from(validation) },
});
const members = [voting(1, [3, 0, 3, 0], [0, 1], 0.5), voting(2, [0, 1, 0, 2], [1, 0], 0.25)];

test("every voter's vote is measured on the test rows and the held-out ones, beside the newest member and their mean", () => {
  const voters = new Map<string, Voter>([
    ["sum", { vote: sum }],
    ["first", { vote: ({ logits }) => Float64Array.from(logits[0]!) }],
  ]);
  const metrics = { accuracy: accuracyMetric, loss: lossMetric };
  expect(lossMetric.membersOnly).toBe(true);
  expect(stageVotes(data, members, voters, metrics)).toEqual({
    accuracy: {
      validation: { sum: 0, first: 1 },
      test: { sum: 1, first: 0.5 },
      single: 0.25,
      singleMean: 0.375,
    },
  });
  const { validation: _validation, ...without } = data;
  expect(stageVotes(without, members, voters, metrics)).toEqual({
    accuracy: { test: { sum: 1, first: 0.5 }, single: 0.25, singleMean: 0.375 },
  });
});

test("a voter that learns is fitted on the held-out rows before it votes, and a member without a weight counts nothing", () => {
  const calls: [string, Ballot & { labels?: Int32Array }][] = [];
  const learning: Voter = { fit: (of) => void calls.push(["fit", of]), vote: (of) => (calls.push(["vote", of]), sum(of)) };
  stageVotes(data, [members[0]!, voting(undefined, [0, 9, 0, 9], [0, 9], 0)], new Map([["learning", learning]]), {
    accuracy: accuracyMetric,
  });
  expect(
    calls.map(([name, { logits, alphas, classes, labels }]) => [name, logits.map((own) => [...own]), alphas, classes, labels]),
  ).toEqual([
    [
      "fit",
      [
        [0, 1],
        [0, 9],
      ],
      [1, 0],
      2,
      data.validation.labels,
    ],
    [
      "vote",
      [
        [3, 0, 3, 0],
        [0, 9, 0, 9],
      ],
      [1, 0],
      2,
      undefined,
    ],
    [
      "vote",
      [
        [0, 1],
        [0, 9],
      ],
      [1, 0],
      2,
      undefined,
    ],
  ]);
});

test("the run's own voter is made with its options, and those that every run is compared by; no other", () => {
  const container = toyContainer();
  const made: unknown[] = [];
  const add = (name: string, compared: boolean, voter: Voter): void =>
    container.resolve(VOTERS).add(name, { description: "", compared, create: () => (made.push(name), voter) });
  add("own", false, { vote: sum });
  add("installed", false, { vote: sum });
  add("learns", true, { fit: () => {}, vote: sum });
  const namesOf = (validation: number, others?: string[]): string[] => [
    ...createVoters({ config: { voter: { name: "own" }, validation }, container }, others).keys(),
  ];
  expect(namesOf(0)).toEqual(["sum", "own"]);
  expect(namesOf(0.1)).toEqual(["sum", "own", "learns"]);
  expect(made).toEqual(["own", "learns", "own", "learns"]);
  expect(namesOf(0, ["installed"])).toEqual(["sum", "own", "installed"]);
});
