import { createContainer, SCHEMES } from "@benn/core";
import { completeScheme, createRandom } from "@benn/core/internals";
import { testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { bagging } from "./index.ts";

const scheme = completeScheme(bagging);

testScheme("bagging", () => bagging);

const rowsOf = (member: number, epoch: number, purpose: "train" | "score") => {
  const streams = { member: [member], epoch: [member, epoch, purpose] };
  const random = (scope: keyof typeof streams) => createRandom(3, scope, ...streams[scope]);
  const draw = scheme.draw({ member, epoch, purpose, sampleWeights: new Float64Array(10_000).fill(1e-4), samples: 10_000, random });
  if (draw.kind !== "rows") throw new Error("bagging draws rows");
  return draw.rows;
};

test("a member keeps its rows for all epochs, and is scored on them; the next member draws others", () => {
  expect(rowsOf(0, 7, "score")).toEqual(rowsOf(0, 0, "train"));
  expect(rowsOf(1, 0, "train")).not.toEqual(rowsOf(0, 0, "train"));
});

test("n rows are drawn with replacement, which leaves about n/e rows out of the bag", () => {
  const rows = rowsOf(0, 0, "train");
  expect(rows).toHaveLength(10_000);
  expect(Math.abs(1 - new Set(rows).size / 10_000 - 1 / Math.E)).toBeLessThan(0.015);
});

test("every member has the same vote weight, however often it is wrong", () => {
  const sampleWeights = scheme.begin({ samples: 4, classes: 2 });
  const round = { sampleWeights, labels: new Int32Array(4), classes: 2, logits: () => new Float32Array(8) };
  const accepted = { kind: "accept", alpha: 1, sampleWeights };
  expect(sampleWeights).toEqual(new Float64Array(4).fill(0.25));
  expect(scheme.next({ ...round, member: 0, wrong: new Uint8Array(4), error: 0 })).toEqual(accepted);
  expect(scheme.next({ ...round, member: 9, wrong: Uint8Array.of(1, 1, 1, 0), error: 0.75 })).toEqual(accepted);
});

test("it is registered by name, and tells core that some rows stay out of the bag and that no member waits for another", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(plugin.name).toBe("@benn/ensemble-bagging");
  expect(container.resolve(SCHEMES).create("bagging")).toMatchObject({ outOfBag: true, independent: true });
});
