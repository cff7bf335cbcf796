import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { run, useBackend } from "../../test/use-backend.ts";

const axes = fc.array(fc.record({ n: fc.integer({ min: 1, max: 6 }), before: fc.nat(2), after: fc.nat(2) }), {
  minLength: 1,
  maxLength: 5,
});

describe("padding and slicing", () => {
  useBackend();

  it("PadV2 sets the input into a larger tensor, and Slice takes it out again", () => {
    fc.assert(
      fc.property(axes, fc.constantFrom(0, -1.5), (list, constantValue) => {
        const shape = list.map(({ n }) => n);
        const x = randomValues(
          shape.reduce((product, n) => product * n, 1),
          "x",
        );
        const paddings = list.map(({ before, after }) => [before, after]);
        const [padded] = run("PadV2", { x: [x, shape] }, { paddings, constantValue });
        const [cpu] = run("PadV2", { x: [x, shape] }, { paddings, constantValue }, "cpu");
        expect(padded).toEqual(cpu);
        const [back] = run("Slice", { x: [padded!.values, padded!.shape] }, { begin: list.map(({ before }) => before), size: shape });
        expect(back!.values).toEqual(x);
        expect(back!.shape).toEqual(shape);
      }),
      { seed: 13, numRuns: 150 },
    );
  });
});
