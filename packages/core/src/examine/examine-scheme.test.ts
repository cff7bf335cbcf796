import { expect, test } from "vitest";
import type { Draw, DrawRound, EnsembleScheme, NextRound } from "../ensemble-scheme.ts";
import { examineScheme } from "./examine-scheme.ts";

const labelsOf = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row % 3);
const examine = (parts: Partial<EnsembleScheme>, rows = 24): void =>
  examineScheme({ next: accept, ...parts }, "scheme mine", labelsOf(rows), 3);
const accept = ({ sampleWeights }: NextRound) => ({ kind: "accept", alpha: 1, sampleWeights }) as const;
const half = Int32Array.from({ length: 12 }, (_, i) => 2 * i);

test("the scheme is shown one member that has every fourth row wrong, with logits that say so", () => {
  const rounds: NextRound[] = [];
  const weights = Float64Array.from({ length: 24 }, (_, row) => row + 1);
  examine({ begin: () => weights, next: (round) => (rounds.push(round), accept(round)) });
  const [round] = rounds;
  expect(rounds).toHaveLength(1);
  expect(round).toMatchObject({ member: 0, classes: 3, labels: labelsOf(24), sampleWeights: weights });
  expect([...round!.wrong]).toEqual(Array.from({ length: 24 }, (_, row) => Number(row % 4 === 0)));
  expect(round!.error).toBeCloseTo((1 + 5 + 9 + 13 + 17 + 21) / 300, 12);
  const logits = round!.logits();
  for (const [row, label] of round!.labels.entries()) {
    const own = [...logits.subarray(3 * row, 3 * row + 3)];
    expect(own.indexOf(Math.max(...own)) === label, `row ${row}`).toBe(round!.wrong[row] === 0);
    expect(own.filter((logit) => logit === 2)).toHaveLength(1);
  }
});

test("it draws for training and for scoring, in two epochs, and its random numbers are the member's or the epoch's", () => {
  const asked: string[] = [];
  const drawn: Record<"member" | "epoch", number[]> = { member: [], epoch: [] };
  examine({
    draw: ({ member, epoch, purpose, samples, random }: DrawRound): Draw => {
      asked.push(`${member} ${epoch} ${purpose} ${samples}`);
      for (const scope of ["member", "epoch"] as const) drawn[scope].push(random(scope).uniform());
      return { kind: "rows", rows: half };
    },
  });
  expect(asked).toEqual(["0 0 train 24", "0 0 score 24", "0 1 train 24", "0 1 score 24"]);
  expect(new Set(drawn.member).size).toBe(1);
  expect(new Set(drawn.epoch).size).toBe(4);
});

const odd = half.map((row) => row + 1);
const drawing = (rowsOf: (round: DrawRound) => Int32Array): Partial<EnsembleScheme> => ({
  outOfBag: true,
  draw: (round) => ({ kind: "rows", rows: rowsOf(round) }),
});

test("out of bag needs the same rows in each epoch and for scoring", () => {
  const others = 'scheme mine: has outOfBag, but draws other rows in another epoch or for scoring. Draw by random("member") alone';
  examine(drawing(() => half));
  expect(() => examine(drawing(({ epoch }) => (epoch === 0 ? half : odd)))).toThrow(others);
  expect(() => examine(drawing(({ purpose }) => (purpose === "train" ? half : odd)))).toThrow(others);
  examine({ draw: ({ epoch }) => ({ kind: "rows", rows: epoch === 0 ? half : odd }) });
});

test("a weighted draw has the rows whose weight is above 0", () => {
  const weighing = (of: (row: number, epoch: number) => number): Partial<EnsembleScheme> => ({
    outOfBag: true,
    draw: ({ epoch, samples }) => ({ kind: "weighted", sampleWeights: Float64Array.from({ length: samples }, (_, row) => of(row, epoch)) }),
  });
  examine(weighing((row, epoch) => (row % 2) * (1 + epoch)));
  expect(() => examine(weighing((row, epoch) => (row + epoch) % 2))).toThrow("draws other rows in another epoch");
  expect(() => examine(weighing(() => 1))).toThrow("a member draws every row");
});

test("out of bag needs rows that are left out, unless there are too few to tell", () => {
  const all = (rows: number) => drawing(() => Int32Array.from({ length: rows }, (_, row) => row));
  expect(() => examine(all(20), 20)).toThrow("scheme mine: has outOfBag, but a member draws every row. Leave some out");
  examine(all(19), 19);
  examine({ ...all(24), outOfBag: false });
});
