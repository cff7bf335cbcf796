import { describe, expect, test } from "./exam-host.ts";
import { completeScheme, type Draw, type EnsembleScheme, type NextRound, type Verdict, weightedError } from "../ensemble-scheme.ts";
import { createRandom } from "../random.ts";
import { UserError } from "../user-error.ts";

const CLASSES = 5;

/**
 * Conformance tests for every ensemble scheme: `testScheme("my-boost", () => myBoost)`.
 * @param create creates the scheme as its definition does; called for every run
 */
export function testScheme(name: string, create: () => EnsembleScheme): void {
  const problem = (samples: number) => ({ samples, classes: CLASSES });

  describe(`the ensemble scheme ${name}`, () => {
    test("begins with finite sample weights, none negative and not all 0", () => {
      for (const samples of [1, 2, 60]) {
        const sampleWeights = completeScheme(create()).begin(problem(samples));
        expectWeights(sampleWeights, samples);
        expect(Math.min(...sampleWeights)).toBeGreaterThanOrEqual(0);
      }
    });

    test("accepts members that are right on most rows, and goes on", () => {
      const { verdicts } = run(create(), 60, (member, row) => (row + member) % 4 === 0, 4);
      expect(verdicts).toHaveLength(4);
      for (const verdict of verdicts) expect(verdict).toMatchObject({ kind: "accept" });
    });

    test.for<[string, number, (member: number, row: number) => boolean]>([
      ["nothing is wrong", 60, () => false],
      ["everything is wrong", 60, () => true],
      ["everything is wrong from the second member on", 60, (member, row) => member > 0 || row % 4 === 0],
      ["only one row is wrong, always the same", 60, (_, row) => row === 7],
      ["there is one row, and it is right", 1, () => false],
      ["there is one row, and it is wrong", 1, () => true],
      ["there are two rows, wrong in turn", 2, (member, row) => member % 2 === row],
    ])("goes on, stops with a sentence or blames the user when %s", ([, samples, wrong]) => {
      try {
        run(create(), samples, wrong, 40); // `run` checks every draw and verdict
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toMatch(/\S+ .*\.$/);
      }
    });

    test("is deterministic, and draws from the generator it is given alone", () => {
      const once = run(create(), 60, (member, row) => (row + member) % 3 === 0, 3);
      expect(run(create(), 60, (member, row) => (row + member) % 3 === 0, 3)).toEqual(once);
    });

    test("remembers nothing but the sample weights, so that a resumed run goes on alike", () => {
      const wrong = (member: number, row: number) => (row + member) % 3 === 0;
      const whole = run(create(), 60, wrong, 3);
      const [first] = run(create(), 60, wrong, 1).verdicts;
      const sampleWeights = first?.kind === "accept" ? first.sampleWeights : new Float64Array(60);
      const rest = run(create(), 60, wrong, 2, { member: 1, sampleWeights });
      expect(rest.verdicts).toEqual(whole.verdicts.slice(1));
      expect(rest.draws).toEqual(whole.draws.slice(whole.draws.length / 3));
    });
  });
}

/** Simulates members with given mistakes, and checks each result of the scheme and that it changes none of its arguments. */
function run(
  incomplete: EnsembleScheme,
  samples: number,
  wrongAt: (member: number, row: number) => boolean,
  members: number,
  from?: { readonly member: number; readonly sampleWeights: Float64Array },
): { draws: Draw[]; verdicts: Verdict[] } {
  const scheme = completeScheme(incomplete);
  const draws: Draw[] = [];
  const verdicts: Verdict[] = [];
  const labels = Int32Array.from({ length: samples }, (_, row) => row % CLASSES);
  const begin = from?.member ?? 0;
  let sampleWeights = from?.sampleWeights ?? scheme.begin({ samples, classes: CLASSES });
  for (let member = begin; member < begin + members; member++) {
    const given = sampleWeights.slice();
    for (const epoch of [0, 1]) {
      for (const purpose of ["train", "score"] as const) {
        const random = (scope: string) => createRandom(1, scope, member, ...(scope === "epoch" ? [epoch, purpose] : []));
        const draw = scheme.draw({ member, epoch, purpose, sampleWeights, samples, random });
        expectDraw(draw, samples);
        draws.push(draw);
      }
    }
    const wrong = Uint8Array.from(labels, (_, row) => (wrongAt(member, row) ? 1 : 0));
    const error = weightedError(sampleWeights, wrong);
    const ensemble = scheme.additive ? { ensemble: { logits: new Float32Array(samples * CLASSES), weight: 0 } } : {};
    const logits = (): Float32Array => logitsOf(labels, wrong);
    const round: NextRound = { member, sampleWeights, wrong, error, labels, classes: CLASSES, logits, ...ensemble };
    const verdict = scheme.next(round);
    expect(sampleWeights, "the scheme changed the sample weights it was given").toEqual(given);
    expect(labels, "the scheme changed the labels").toEqual(labels.map((_, row) => row % CLASSES));
    expect(wrong, "the scheme changed `wrong`").toEqual(wrong.map((_, row) => (wrongAt(member, row) ? 1 : 0)));
    verdicts.push(verdict);
    expect(verdict.kind, "a verdict is to accept, to reject or to stop").toMatch(/^(?:accept|reject|stop)$/);
    if (verdict.kind !== "reject" && verdict.alpha !== undefined) expect(verdict.alpha).toSatisfy(Number.isFinite, "alpha is finite");
    if (verdict.kind !== "accept") expect(verdict.reason).toMatch(/\S+ \S+/);
    if (verdict.kind === "stop") break;
    if (verdict.kind === "accept") expect(verdict.alpha).toBeTypeOf("number");
    const next = verdict.sampleWeights;
    if (verdict.kind === "reject" && next === undefined) continue;
    expectWeights(next ?? new Float64Array(0), samples);
    if (scheme.independent) expect(next, "an independent scheme keeps the first sample weights").toEqual(sampleWeights);
    sampleWeights = next ?? sampleWeights;
  }
  return { draws, verdicts };
}

function expectWeights(weights: Float64Array, samples: number): void {
  expect(weights).toBeInstanceOf(Float64Array);
  expect(weights).toHaveLength(samples);
  expect(weights.every(Number.isFinite), "weights are finite").toBe(true);
  expect(
    weights.some((w) => w > 0),
    "a weight is above 0",
  ).toBe(true);
}

function expectDraw(draw: Draw, samples: number): void {
  if (draw.kind === "weighted") return expectWeights(draw.sampleWeights, samples);
  expect(draw.rows).toBeInstanceOf(Int32Array);
  expect(draw.rows.length).toBeGreaterThan(0);
  expect(
    draw.rows.every((row) => row >= 0 && row < samples),
    "rows exist",
  ).toBe(true);
}

/** Logits [samples, classes] of a member that is fairly sure of the label if it is right, of the next class if it is wrong. */
function logitsOf(labels: Int32Array, wrong: Uint8Array): Float32Array {
  const logits = new Float32Array(labels.length * CLASSES);
  for (const [row, label] of labels.entries()) logits[row * CLASSES + ((label + (wrong[row] ?? 0)) % CLASSES)] = 2;
  return logits;
}
