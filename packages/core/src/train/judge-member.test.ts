import { expect, test } from "vitest";
import type { EnsembleScheme, NextRound, Verdict } from "../ensemble-scheme.ts";
import { judgeMember } from "./judge-member.ts";

const data = { labels: ["a", "b"], train: { labels: Int32Array.of(0, 1, 1), images: () => new Float32Array() } };
const logits = Float32Array.of(1, 0, 1, 0, 0, 1);
const weights = Float64Array.of(0.5, 0.25, 0.25);
const next = Float64Array.of(0.25, 0.5, 0.25);

const rounds: NextRound[] = [];
const scheme = (verdict: Verdict): EnsembleScheme => ({ next: (round) => (rounds.push(round), verdict) });
const accept: Verdict = { kind: "accept", alpha: 2, sampleWeights: next };
const judge = (verdict: Verdict, known?: Parameters<typeof judgeMember>[5]) => {
  rounds.length = 0;
  return judgeMember(data, scheme(verdict), 1, weights, logits, known);
};

test("the scheme is told which rows are wrong and with which share of the weights, and its verdict stands", () => {
  expect(judge(accept)).toEqual({ error: 0.25, verdict: accept });
  const [round] = rounds;
  expect(round).toMatchObject({ member: 1, error: 0.25, classes: 2, labels: data.train.labels, sampleWeights: weights });
  expect(round!.wrong).toEqual(Uint8Array.of(0, 1, 0));
  expect(round!.logits()).toBe(logits);
  for (const verdict of [
    { kind: "reject", reason: "no" },
    { kind: "stop", reason: "done", alpha: 3 },
  ] as const)
    expect(judge(verdict).verdict).toEqual(verdict);
});

test("what is known of a member stands, whatever the scheme says", () => {
  const known = Float64Array.of(1, 1, 1);
  expect(judge({ kind: "reject", reason: "no" }, { alpha: 5, sampleWeights: known }).verdict).toEqual({
    kind: "accept",
    alpha: 5,
    sampleWeights: known,
  });
  expect(rounds).toEqual([]); // the scheme is not called
  expect(judge(accept, { alpha: 5 }).verdict).toEqual({ kind: "accept", alpha: 5, sampleWeights: next });
  expect(judge({ kind: "stop", reason: "done" }, { alpha: 5 }).verdict).toEqual({ kind: "accept", alpha: 5, sampleWeights: weights });
  expect(judge(accept, { sampleWeights: known }).verdict).toEqual({ ...accept, sampleWeights: known });
  const reject = { kind: "reject", reason: "no" } as const;
  expect(judge(reject, { sampleWeights: known }).verdict).toEqual({ ...reject, sampleWeights: known });
  const stop = { kind: "stop", reason: "done", alpha: 3 } as const;
  expect(judge(stop, { sampleWeights: known }).verdict).toEqual(stop);
  expect(judge(accept, { alpha: 0 }).verdict).toMatchObject({ kind: "accept", alpha: 0 });
});

test("a known number that is none is refused", () => {
  for (const alpha of [Number.NaN, Infinity])
    expect(() => judge(accept, { alpha })).toThrow(`member 2: its known alpha is ${alpha}. Give a finite number, or none.`);
  expect(() => judge(accept, { sampleWeights: Float64Array.of(1) })).toThrow(
    "member 2: what is known of it has 1 sample weights for 3 rows.",
  );
  expect(() => judge(accept, { alpha: 1, sampleWeights: Float64Array.of(1, Number.NaN, 1) })).toThrow("the sample weight NaN for row 1");
});
