import { expect, test } from "vitest";
import { completeScheme, type DrawRound, type NextRound, weightedError } from "./ensemble-scheme.ts";
import { createRandom } from "./random.ts";

const next = ({ sampleWeights }: NextRound) => ({ kind: "accept", alpha: 1, sampleWeights }) as const;
const scopes: string[] = [];
const round: DrawRound = {
  member: 0,
  epoch: 0,
  purpose: "train",
  sampleWeights: Float64Array.of(0, 1, 0, 3),
  samples: 40,
  random: (scope) => (scopes.push(scope), createRandom(1, scope)),
};

test("a scheme that leaves them out starts uniform, and draws rows anew each epoch in proportion to their weights", () => {
  const scheme = completeScheme({ next });
  expect(scheme.begin({ samples: 4, classes: 2 })).toEqual(Float64Array.of(0.25, 0.25, 0.25, 0.25));
  const draw = scheme.draw(round);
  expect(draw.kind === "rows" && new Set(draw.rows)).toEqual(new Set([1, 3]));
  expect(draw.kind === "rows" && draw.rows.length).toBe(40);
  expect(scopes).toEqual(["epoch"]);
  expect(Object.keys(scheme).toSorted()).toEqual(["begin", "draw", "next"]);
});

test("what a scheme has stays its own, with what it says of itself", () => {
  const weights = Float64Array.of(1, 2);
  const draw = { kind: "rows", rows: Int32Array.of(1) } as const;
  const own = { outOfBag: true, independent: true, fresh: true, begin: () => weights, draw: () => draw, next };
  const scheme = completeScheme(own);
  expect(scheme).toMatchObject({ outOfBag: true, independent: true, fresh: true });
  expect(scheme.begin({ samples: 2, classes: 2 })).toBe(weights);
  expect(scheme.draw(round)).toBe(draw);
  expect(completeScheme({ outOfBag: false, independent: false, fresh: false, next })).toMatchObject({
    outOfBag: false,
    independent: false,
    fresh: false,
  });
});

test("a scheme's methods may use what else it has", () => {
  class Counting {
    calls = 0;
    begin(): Float64Array {
      this.calls += 1;
      return Float64Array.of(1);
    }
    draw(): { readonly kind: "rows"; readonly rows: Int32Array } {
      this.calls += 1;
      return { kind: "rows", rows: Int32Array.of(0) };
    }
    next(of: NextRound): ReturnType<typeof next> {
      this.calls += 1;
      return next(of);
    }
  }
  const own = new Counting();
  const scheme = completeScheme(own);
  scheme.begin({ samples: 1, classes: 2 });
  scheme.draw(round);
  scheme.next({ sampleWeights: Float64Array.of(1) } as NextRound);
  expect(own.calls).toBe(3);
});

test("the weighted error is the share of the weights on rows that are wrong", () => {
  expect(weightedError(Float64Array.of(1, 2, 5), Uint8Array.of(1, 0, 1))).toBe(6 / 8);
  expect(weightedError(Float64Array.of(1, 2, 5), Uint8Array.of(0, 0, 0))).toBe(0);
});
