import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

/** A rule in float64: takes the state of one weight and its gradient, and updates the state. */
type Plain = (state: Record<string, number>, gradient: number, step: number) => void;

const adam =
  (weightDecay: number, decoupledDecay: number): Plain =>
  (state, gradient, step) => {
    const g = gradient + weightDecay * state["weight"]!;
    const m = (state["firstMoment"] = 0.9 * state["firstMoment"]! + 0.1 * g);
    const v = (state["secondMoment"] = 0.999 * state["secondMoment"]! + 0.001 * g * g);
    const change = (0.01 * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
    state["weight"] = state["weight"]! * (1 - 0.01 * decoupledDecay) - change;
  };

const sgd =
  (momentum: number, nesterov: number, weightDecay: number): Plain =>
  (state, gradient) => {
    const g = gradient + weightDecay * state["weight"]!;
    const v = (state["velocity"] = momentum * state["velocity"]! + g);
    state["weight"]! -= 0.01 * (nesterov ? g + momentum * v : v);
  };

const bop: Plain = (state, gradient) => {
  const m = (state["average"] = 0.7 * state["average"]! + 0.3 * gradient);
  const sign = state["weight"]! < 0 ? -1 : 1;
  state["weight"] = Math.abs(m) > 0.25 && Math.sign(m) === sign ? -sign : sign;
};

const betas = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const rules: [string, string, Record<string, number>, string[], Plain][] = [
  ["Adam", "AdamStep", { ...betas, weightDecay: 0.02 }, ["firstMoment", "secondMoment"], adam(0.02, 0)],
  ["AdamW", "AdamStep", { ...betas, weightDecay: 0, decoupledDecay: 2 }, ["firstMoment", "secondMoment"], adam(0, 2)],
  ["Nesterov", "SgdStep", { learningRate: 0.01, momentum: 0.8, nesterov: 1, weightDecay: 0.02 }, ["velocity"], sgd(0.8, 1, 0.02)],
  ["momentum", "SgdStep", { learningRate: 0.01, momentum: 0.8, nesterov: 0, weightDecay: 0 }, ["velocity"], sgd(0.8, 0, 0)],
  ["Bop", "BopStep", { gamma: 0.3, threshold: 0.25 }, ["average"], bop],
];

describe.each(rules)("%s", (_, kernel, attributes, slots, plain) => {
  useBackend();

  it.each([1, 3, 4, 10, 131])("moves %i weights as the formula says, step after step", (n) => {
    const names = ["weight", ...slots];
    let state = names.map((name) => (name === "weight" ? randomValues(n, "w") : new Float32Array(n)));
    const expected = Array.from({ length: n }, (_, i) => Object.fromEntries(names.map((name, at) => [name, state[at]![i]!])));
    for (let step = 1; step <= 5; step++) {
      const gradient = randomValues(n, "g", step);
      const given = [...names.map((name, at) => [name, state[at]!] as const), ["gradient", gradient] as const];
      // A second weight, which must not be affected.
      const other = given.map(([name]) => [`${name}0`, [new Float32Array(7), [7]]] as const);
      const inputs = Object.fromEntries([...other, ...given.map(([name, values]) => [`${name}1`, [values, [n]]] as const)]);
      const updated = run(kernel, inputs, { ...attributes, step }).map(({ values }) => values);
      expect(updated).toHaveLength(2 * names.length);
      for (const values of updated.slice(0, names.length))
        expect(new Set(values)).toEqual(new Set([kernel === "BopStep" && values === updated[0] ? 1 : 0]));
      state = updated.slice(names.length);
      for (const [i, own] of expected.entries()) plain(own, gradient[i]!, step);
    }
    for (const [at, name] of names.entries())
      expectClose(
        state[at]!,
        expected.map((own) => own[name]!),
        1e-6,
      );
  });
});
