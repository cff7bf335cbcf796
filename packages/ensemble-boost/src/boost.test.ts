import { createContainer, type NextRound, SCHEMES, type Spec } from "@benn/core";
import { completeScheme, createRandom, weightedError } from "@benn/core/internals";
import { testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { boost, boostOptions } from "./index.ts";

const container = createContainer();
void plugin.register(container);
const create = (spec: Spec | string) => completeScheme(container.resolve(SCHEMES).create(spec));

for (const name of ["adaboost", "logitboost", "mildboost", "samme"]) testScheme(name, () => create(name));
testScheme("mildboost with samme alpha", () => create({ name: "mildboost", alpha: "samme", shrinkage: 1, start: "guarded" }));
testScheme("logitboost that weighs the loss", () => create({ name: "logitboost", weighting: "loss" }));
testScheme("adaboost that stops at a weak member", () => create({ name: "adaboost", onWeak: "stop" }));

// Weights that sum to 2, not 1, and an error of 0.5 / 2 = 1/4: ½·ln 3 is the half-log alpha and exp(α) = √3.
const sampleWeights = Float64Array.of(0.5, 0.25, 0.25, 1);
const wrong = Uint8Array.of(1, 0, 0, 0);
const round = (changes: Partial<NextRound> = {}): NextRound => {
  const samples = changes.sampleWeights?.length ?? 4;
  const made = {
    member: 1,
    sampleWeights,
    wrong,
    labels: new Int32Array(samples),
    classes: 5,
    logits: () => new Float32Array(5 * samples),
    ...changes,
  };
  return { error: weightedError(made.sampleWeights, made.wrong), ...made };
};
const verdict = (spec: Spec | string, changes?: Partial<NextRound>) => {
  const answer: { alpha?: number; sampleWeights?: Float64Array; reason?: string; warning?: string } = create(spec).next(round(changes));
  return { ...answer, alpha: answer.alpha ?? Number.NaN, weights: [...(answer.sampleWeights ?? [])] };
};
const expectNumbers = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 12);
};

test("adaboost: α = ½·ln((1 − ε)/ε), and w·exp(±α), not normalised", () => {
  const { alpha, weights } = verdict("adaboost");
  expect(alpha).toBeCloseTo(Math.log(3) / 2, 12);
  const root = Math.sqrt(3);
  expectNumbers(weights, [0.5 * root, 0.25 / root, 0.25 / root, 1 / root]);
});

test("samme: α = s·(ln((1 − ε)/ε) + ln(K − 1)), by default a tenth", () => {
  expect(verdict("samme").alpha).toBeCloseTo(0.1 * Math.log(3 * 4), 12);
  const { alpha, weights } = verdict({ name: "samme", shrinkage: 0.5 }); // exp(α) = √12
  expect(alpha).toBeCloseTo(Math.log(12) / 2, 12);
  const root = Math.sqrt(12);
  expectNumbers(weights, [0.5 * root, 0.25 / root, 0.25 / root, 1 / root]);
});

test("logitboost: 1 / ((1/w − 1)·exp(∓α) + 1)", () => {
  const root = Math.sqrt(3);
  expectNumbers(verdict("logitboost").weights, [1 / (1 / root + 1), 1 / (3 * root + 1), 1 / (3 * root + 1), 1]);
});

test("mildboost: 1 − u, where u = (1 − w)·exp(∓α) is scaled to a sum of n/K", () => {
  const root = Math.sqrt(3);
  const rest = [0.5 / root, 0.75 * root, 0.75 * root, 0]; // times 4/5 over their sum, √3·5/3
  expectNumbers(
    verdict("mildboost").weights,
    rest.map((u) => 1 - (u * (4 / 5)) / ((root * 5) / 3)),
  );
});

test("mildboost scales by the sum of absolute values, since a weight may exceed 1", () => {
  const heavy = Float64Array.of(1.5, 0.5, 0.5, 0.5); // ε = 1/2: α = 0, so u = −½, ½, ½, ½ and Σ|u| = 2
  expectNumbers(verdict("mildboost", { sampleWeights: heavy }).weights, [1.2, 0.8, 0.8, 0.8]);
});

test("either alpha goes with any weight rule, and the start may be the reference's on ImageNet", () => {
  const { alpha, weights } = verdict({ name: "logitboost", alpha: "samme", shrinkage: 0.5 });
  expect(alpha).toBeCloseTo(Math.log(12) / 2, 12);
  const root = Math.sqrt(12);
  expectNumbers(weights, [1 / (1 / root + 1), 1 / (3 * root + 1), 1 / (3 * root + 1), 1]);
  expect(create("adaboost").begin({ samples: 4, classes: 5 })).toEqual(new Float64Array(4).fill(0.25));
  expect(create({ name: "adaboost", start: "guarded" }).begin({ samples: 4, classes: 5 })).toEqual(new Float64Array(4).fill(1 / 4.001));
});

test("a member with nothing wrong gets the alpha of half a wrong row, and the run stops", () => {
  const right = { wrong: new Uint8Array(4) };
  expect(verdict("adaboost", right)).toMatchObject({
    kind: "stop",
    alpha: 0.5 * Math.log(7),
    reason: expect.stringContaining("error of 0"),
  });
  expect(verdict("samme", right)).toMatchObject({
    kind: "stop",
    alpha: 0.1 * (Math.log(7) + Math.log(4)),
    reason: expect.stringContaining("error of 0"),
  });
});

test("samme drops a member that is no better than chance, and stops; one a little better stays", () => {
  const chance = { sampleWeights: Float64Array.of(0.8, 0.2, 0, 0) }; // ε = 1 − 1/5
  expect(create("samme").next(round(chance))).toEqual({
    kind: "stop",
    reason: expect.stringMatching(/^samme: member 2 .* 0\.8000, no better than chance .* dropped\. .* more epochs/),
  });
  expect(verdict("samme", { sampleWeights: Float64Array.of(0.79, 0.21, 0, 0) }).alpha).toBeGreaterThan(0);
});

test("with a single class samme drops even a member with nothing wrong: guessing does as well", () => {
  expect(create("samme").next(round({ wrong: new Uint8Array(4), classes: 1 }))).toEqual({
    kind: "stop",
    reason: expect.stringContaining("no better than chance"),
  });
});

test("half-log alpha is kept with a warning where it is negative, or ends the run if so asked", () => {
  const weak = { sampleWeights: Float64Array.of(3, 1, 0, 0) }; // ε = 3/4
  const kept = verdict("adaboost", weak);
  expect(kept.alpha).toBeCloseTo(-Math.log(3) / 2, 12);
  expect(kept.warning).toMatch(/^adaboost: member 2 .* 0\.7500, .* votes against/);
  expectNumbers(kept.weights, [3 / Math.sqrt(3), Math.sqrt(3), 0, 0]);
  expect(verdict("adaboost").warning).toBeUndefined();

  const even = verdict("adaboost", { sampleWeights: Float64Array.of(1, 1, 0, 0) }); // ε = 1/2
  expect(even).toMatchObject({ kind: "accept", alpha: 0, warning: expect.stringContaining("it has no vote") });

  const strict = create({ name: "adaboost", onWeak: "stop" });
  expect(strict.next(round(weak))).toEqual({ kind: "stop", reason: expect.stringContaining("less than 0.5") });
});

test("a member that is always wrong has no finite alpha: it is dropped, and the run stops", () => {
  const lost = { wrong: new Uint8Array(4).fill(1) };
  expect(create("adaboost").next(round(lost))).toEqual({ kind: "stop", reason: expect.stringContaining("not a finite number") });
});

test("weights that overflow, or of which none is left, stop the run instead of poisoning it; the member stays", () => {
  const overflowing = verdict({ name: "samme", shrinkage: 1000 });
  expect(overflowing.alpha).toBeCloseTo(1000 * Math.log(12), 8);
  expect(overflowing.reason).toMatch(/^samme: the sample weights after member 2 are no longer finite/);
  const erasing = boost("erasing", () => new Float64Array(4), boostOptions("half-log").parse({}));
  expect(erasing.next(round())).toEqual({
    kind: "stop",
    alpha: expect.any(Number),
    reason: expect.stringContaining("none is above 0"),
  });

  const lone = { sampleWeights: Float64Array.of(1e-200, 1, 0, 0) }; // α = 230, and exp(±230) is still finite
  expectNumbers(
    verdict("adaboost", lone).weights.map((w) => w / 1e-100),
    [1, 1, 0, 0],
  );
});

test("rows are drawn afresh each epoch by their weights, or the weights go to the loss", () => {
  const samples = 10_000;
  const tilted = Float64Array.from({ length: samples }, (_, row) => (row < 1000 ? 9 : 1)); // half the mass on a tenth
  const draw = (weighting: "resample" | "loss", epoch: number, purpose: "train" | "score") =>
    create({ name: "adaboost", weighting }).draw({
      member: 2,
      epoch,
      purpose,
      sampleWeights: tilted,
      samples,
      random: (scope) => createRandom(1, scope, 2, ...(scope === "epoch" ? [epoch, purpose] : [])),
    });
  const first = draw("resample", 0, "train");
  if (first.kind !== "rows") throw new Error("expected rows");
  expect(first.rows).toHaveLength(samples);
  expect(Math.abs(first.rows.filter((row) => row < 1000).length / samples - 0.5)).toBeLessThan(0.02);
  expect(draw("resample", 1, "train")).not.toEqual(first);
  expect(draw("loss", 0, "train")).toEqual({ kind: "weighted", sampleWeights: tilted });
  expect(draw("loss", 0, "score")).toEqual(draw("resample", 0, "score"));
});

test("the names of the reference are aliases, and defaults may be written out", () => {
  const schemes = container.resolve(SCHEMES);
  expect(["boost-a", "boost-b", "boost-c", "boost-d"].map((alias) => schemes.entry(alias).name)).toEqual(schemes.names());
  const written = { shrinkage: 0.1, start: "uniform", onWeak: "keep", weighting: "resample" };
  expect(schemes.resolve("boost-d")).toEqual({ name: "samme", alpha: "samme", ...written });
  expect(schemes.resolve({ name: "boost-a", alpha: "half-log", ...written })).toEqual(schemes.resolve("boost-a"));
  expect(plugin.name).toBe("@benn/ensemble-boost");
});
