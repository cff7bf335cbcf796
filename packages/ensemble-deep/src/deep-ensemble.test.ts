import { createContainer, SCHEMES } from "@benn/core";
import { completeScheme, createRandom } from "@benn/core/internals";
import { testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { deepEnsemble } from "./index.ts";

const scheme = completeScheme(deepEnsemble);

testScheme("deep-ensemble", () => deepEnsemble);

test("every member has each row once, in each epoch, for training and for scoring", () => {
  const sampleWeights = new Float64Array(7).fill(1 / 7);
  const rowsOf = (member: number, epoch: number, purpose: "train" | "score") =>
    scheme.draw({ member, epoch, purpose, sampleWeights, samples: 7, random: (scope) => createRandom(member, scope) });
  for (const member of [0, 5])
    for (const purpose of ["train", "score"] as const)
      expect(rowsOf(member, member, purpose)).toEqual({ kind: "rows", rows: Int32Array.of(0, 1, 2, 3, 4, 5, 6) });
});

test("every member has the same vote weight, however often it is wrong", () => {
  const sampleWeights = scheme.begin({ samples: 4, classes: 2 });
  const round = { sampleWeights, labels: new Int32Array(4), classes: 2, logits: () => new Float32Array(8) };
  const accepted = { kind: "accept", alpha: 1, sampleWeights };
  expect(scheme.next({ ...round, member: 0, wrong: new Uint8Array(4), error: 0 })).toEqual(accepted);
  expect(scheme.next({ ...round, member: 9, wrong: Uint8Array.of(1, 1, 1, 0), error: 0.75 })).toEqual(accepted);
});

test("it is registered by name; its members may train side by side, start afresh, and leave no row out of the bag", () => {
  const container = createContainer();
  void plugin.register(container);
  const { independent, fresh, outOfBag } = container.resolve(SCHEMES).create("deep-ensemble");
  expect([independent, fresh, outOfBag]).toEqual([true, true, undefined]);
});
