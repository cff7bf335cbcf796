import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

const length = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(64, 65, 256, 257, 300));

describe("matrix product", () => {
  useBackend();

  it("is right for any size, either operand transposed, and a batch of matrices", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 }), length, length, length, fc.boolean(), fc.boolean(), (batch, m, n, k, tA, tB) => {
        const [a, b] = [randomValues(batch * m * k, "a"), randomValues(batch * k * n, "b")];
        const expected = new Float64Array(batch * m * n);
        for (let i = 0; i < expected.length; i++) {
          const [c, r, s] = [i % n, Math.floor(i / n) % m, Math.floor(i / n / m)];
          for (let q = 0; q < k; q++) {
            expected[i]! += a[s * m * k + (tA ? q * m + r : r * k + q)]! * b[s * k * n + (tB ? c * k + q : q * n + c)]!;
          }
        }
        const inputs = { a: [a, tA ? [batch, k, m] : [batch, m, k]], b: [b, tB ? [batch, n, k] : [batch, k, n]] } as const;
        const [y] = run("BatchMatMul", inputs, { transposeA: tA, transposeB: tB });
        expect(y!.shape).toEqual([batch, m, n]);
        expectClose(y!.values, expected);
      }),
      { seed: 12, numRuns: 60 },
    );
  });

  it("leaves a batch that is broadcast to the CPU backend", () => {
    const inputs = { a: [randomValues(24, "a"), [2, 3, 4]], b: [randomValues(20, "b"), [1, 4, 5]] } as const;
    const attributes = { transposeA: false, transposeB: false };
    const [y] = run("BatchMatMul", inputs, attributes);
    const [cpu] = run("BatchMatMul", inputs, attributes, "cpu");
    expectClose(y!.values, cpu!.values);
  });

  it("adds bias and activation where they are fused", () => {
    for (const activation of ["linear", "relu", "sigmoid"]) {
      const attributes = { transposeA: false, transposeB: true, activation };
      const inputs = {
        a: [randomValues(35, "a"), [1, 5, 7]],
        b: [randomValues(70, "b"), [1, 10, 7]],
        bias: [randomValues(10, "c"), [10]],
      } as const;
      expectClose(run("_FusedMatMul", inputs, attributes)[0]!.values, run("_FusedMatMul", inputs, attributes, "cpu")[0]!.values);
    }
  });
});
