import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

describe("AdamStep", () => {
  useBackend();

  it.each([1, 3, 4, 10, 131])("moves %i weights as the formula says, step after step", (n) => {
    const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.02 };
    let state: Record<"weight" | "firstMoment" | "secondMoment", Float32Array> = {
      weight: randomValues(n, "w"),
      firstMoment: new Float32Array(n),
      secondMoment: new Float32Array(n),
    };
    const expected = { weight: Float64Array.from(state.weight), first: new Float64Array(n), second: new Float64Array(n) };
    for (let step = 1; step <= 5; step++) {
      const gradient = randomValues(n, "g", step);
      const given = Object.entries({ ...state, gradient });
      // Beside it another one, of which nothing comes here.
      const other = given.map(([name]) => [`${name}0`, [new Float32Array(7), [7]]] as const);
      const inputs = Object.fromEntries([...other, ...given.map(([name, values]) => [`${name}1`, [values, [n]]] as const)]);
      const updated = run("AdamStep", inputs, { ...options, step }).map(({ values }) => values);
      const [weight, firstMoment, secondMoment] = updated.slice(3);
      expect(updated.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => new Float32Array(7)));
      state = { weight: weight!, firstMoment: firstMoment!, secondMoment: secondMoment! };
      for (let i = 0; i < n; i++) {
        const g = gradient[i]! + options.weightDecay * expected.weight[i]!;
        expected.first[i] = 0.9 * expected.first[i]! + 0.1 * g;
        expected.second[i] = 0.999 * expected.second[i]! + 0.001 * g * g;
        const [m, v] = [expected.first[i]! / (1 - 0.9 ** step), expected.second[i]! / (1 - 0.999 ** step)];
        expected.weight[i]! -= (options.learningRate * m) / (Math.sqrt(v) + options.epsilon);
      }
    }
    expectClose(state.weight, expected.weight, 1e-6);
    expectClose(state.firstMoment, expected.first, 1e-6);
    expectClose(state.secondMoment, expected.second, 1e-6);
  });
});
