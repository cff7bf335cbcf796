import { mkdtemp, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type SafetensorsEntry, writeSafetensors } from "../safetensors.ts";
import type { MemberCheckpoint } from "../train/run-store.ts";
import { decodeCheckpoint, encodeCheckpoint, memberOfCheckpoint, type SavedCheckpoint } from "./checkpoint-file.ts";
import { writeSealed } from "./sealed-safetensors.ts";

const values = (...numbers: number[]) => new Map([["conv/kernel", { shape: [numbers.length], values: Float32Array.from(numbers) }]]);
const training: MemberCheckpoint = {
  epoch: 3,
  step: 2,
  lossSum: 1.5,
  metricSums: { accuracy: 4 },
  rows: 20,
  bestEpoch: 1,
  bestScore: 0.5,
  optimizerStep: 17,
  weights: values(1, 2),
  best: values(3, 4),
  slots: { velocity: values(5, 6), "weight-average": values(7, 8) },
  steering: { factor: 0.5, epochs: 4 },
  warned: ["far-below"],
};
const saved: SavedCheckpoint = {
  checkpoint: { member: 1, training },
  covered: { events: 123, eventsSha256: "a", sampleWeightsSha256: "b", experimentSha256: "c" },
  ahead: [{ type: "warning", message: "hm" }],
};

test("a checkpoint comes back as it was, with what it knows of other files and what was emitted ahead", () => {
  expect(decodeCheckpoint(encodeCheckpoint(saved), "own")).toEqual(saved);
  const between: SavedCheckpoint = { checkpoint: { member: -1 }, covered: { events: 0 }, ahead: [] };
  expect(decodeCheckpoint(encodeCheckpoint(between), "own")).toEqual(between);
  expect(() => encodeCheckpoint({ ...saved, checkpoint: { member: 1, training: { ...training, lossSum: Infinity } } })).toThrow(
    /checkpoint of member 1/,
  );
});

const tensors = new Map<string, SafetensorsEntry>(
  Object.entries({ "weights:a": 1, "best:a": 2, "m:a": 3 }).map(([name, value]) => [
    name,
    { dtype: "F32", shape: [1], data: Float32Array.of(value) },
  ]),
);
const older = { member: 0, events: 5, training: { epoch: 1, step: 0, lossSum: 0, right: 7, rows: 9, bestEpoch: -1, optimizerStep: 3 } };

test("a checkpoint of an older version has no seal, and names rows that were right and the best accuracy itself", () => {
  const read = (benn: object, ahead?: object[]) =>
    decodeCheckpoint(
      writeSafetensors({ metadata: { benn: JSON.stringify(benn), ...(ahead ? { ahead: JSON.stringify(ahead) } : {}) }, tensors }),
      "own",
    );
  const { checkpoint, covered } = read({ ...older, training: { ...older.training, bestAccuracy: 0.75 } });
  expect(covered).toEqual({ events: 5 });
  expect(checkpoint.training).toMatchObject({ metricSums: { accuracy: 7 }, bestScore: 0.75, warned: [], bestEpoch: -1 });
  expect(checkpoint.training?.weights.get("a")?.values).toEqual(Float32Array.of(1));
  expect(checkpoint.training?.best.get("a")?.values).toEqual(Float32Array.of(2));
  expect(Object.keys(checkpoint.training?.slots ?? {})).toEqual(["m"]);
  expect(read(older).checkpoint.training?.bestScore).toBe(0);
  const score = { type: "score", member: 0, epoch: 1, on: "draw", accuracy: 0.5, best: true };
  expect(read(older, [score]).ahead).toEqual([
    { type: "score", member: 0, epoch: 1, on: "draw", metric: "accuracy", value: 0.5, best: true },
  ]);
});

test("what is no checkpoint, lacks its seal, or is of a later version is refused", () => {
  const benn = (more: object): string => JSON.stringify({ format: 2, ...older, ...more });
  const damaged = 'own: is not a checkpoint of a run. The file was damaged; "benn fsck --mend" goes back to the last finished member.';
  for (const metadata of [
    {},
    { benn: "{" },
    { benn: benn({ member: -2 }) },
    { benn: benn({ events: -1 }) },
    { benn: benn({}), ahead: "{}" },
    { benn: benn({}), ahead: "[" },
    { benn: benn({}), ahead: "[3]" },
  ])
    expect(() => decodeCheckpoint(writeSealed({ metadata, tensors }), "own")).toThrow(damaged);
  expect(() => decodeCheckpoint(writeSafetensors({ metadata: { benn: benn({}) }, tensors }), "own")).toThrow(damaged);
  expect(() => decodeCheckpoint(writeSealed({ metadata: { benn: benn({ format: 3 }) }, tensors }), "own")).toThrow(
    "own: was written by a later version of benn. Use that version.",
  );
});

test("the member is read from the header alone, and not from one that is damaged", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "benn-checkpoint-")), "latest.safetensors");
  expect(await memberOfCheckpoint(path)).toBeUndefined();
  const bytes = encodeCheckpoint(saved);
  await writeFile(path, bytes);
  expect(await memberOfCheckpoint(path)).toBe(1);
  await truncate(path, bytes.length - 20); // cuts off the end of the weights
  expect(await memberOfCheckpoint(path)).toBe(1);
  await truncate(path, 40);
  expect(await memberOfCheckpoint(path)).toBeUndefined();
  await truncate(path, 3);
  expect(await memberOfCheckpoint(path)).toBeUndefined();
});
