import { createContainer, SCHEDULES, SCHEMES } from "@benn/core";
import { completeScheme, createRandom, resolveConfig, toyContainer } from "@benn/core/internals";
import { testSchedule, testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { snapshot, snapshotCycle } from "./index.ts";

testScheme("snapshot", () => snapshot);
testSchedule("snapshot", () => snapshotCycle);

test("the rate of a whole run is the paper's formula over all its iterations", () => {
  const [members, epochs, steps, top] = [3, 4, 5, 0.1];
  const total = members * epochs * steps;
  const rates = Array.from({ length: total }, (_, i) => {
    const ofMember = i % (epochs * steps);
    return snapshotCycle.rate({ learningRate: top, epoch: Math.floor(ofMember / steps), epochs, step: ofMember % steps, steps });
  });
  const cycle = Math.ceil(total / members);
  const paper = rates.map((_, i) => {
    const t = i + 1;
    return (top / 2) * (Math.cos((Math.PI * ((t - 1) % cycle)) / cycle) + 1);
  });
  for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(paper[i]!, 14);
  expect([rates[0], rates[20], rates[40]]).toEqual([top, top, top]);
  expect(Math.min(...rates)).toBeLessThan(0.01 * top);
});

test("every member trains on every sample once an epoch, and has the same vote weight", () => {
  const sampleWeights = new Float64Array(4).fill(1 / 4);
  const round = { member: 2, epoch: 1, purpose: "train", sampleWeights, samples: 4, random: () => createRandom(1, "rows") } as const;
  expect(completeScheme(snapshot).draw(round)).toEqual({ kind: "rows", rows: Int32Array.of(0, 1, 2, 3) });
  const next = { member: 2, sampleWeights, wrong: Uint8Array.of(1, 1, 1, 0), error: 0.75, labels: new Int32Array(4), classes: 2 };
  expect(snapshot.next({ ...next, logits: () => new Float32Array(8) })).toEqual({ kind: "accept", alpha: 1, sampleWeights });
});

test("members that start afresh are refused: they would be a deep ensemble", () => {
  const container = toyContainer();
  void plugin.register(container);
  expect(() => resolveConfig({ scheme: "snapshot", mode: "independent", members: 2 }, container)).toThrow(
    "mode: is independent, but members of scheme=snapshot go on from one another. Set mode=sequential.",
  );
  expect(resolveConfig({ scheme: "snapshot", mode: "sequential", members: 2 }, container).scheme).toEqual({ name: "snapshot" });
});

test("scheme and schedule are registered by name", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(SCHEMES).create("snapshot").continues).toBe(true);
  expect(container.resolve(SCHEDULES).names()).toContain("snapshot");
});
