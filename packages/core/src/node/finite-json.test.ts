import { expect, test } from "vitest";
import { encodeCheckpoint } from "./checkpoint-file.ts";
import { eventJson } from "./event-json.ts";
import { finiteJson } from "./finite-json.ts";
import { encodeMember } from "./member-file.ts";

test("what JSON has no word for is named, not written as null", () => {
  expect(finiteJson({ a: [1, { b: -0.5 }], c: null, d: "NaN" }, "x")).toBe('{"a":[1,{"b":-0.5}],"c":null,"d":"NaN"}');
  expect(() => finiteJson({ a: [1, { b: Number.NaN }] }, "member 2")).toThrow("member 2: a.1.b is NaN, which JSON cannot store.");
  expect(() => finiteJson(Infinity, "x")).toThrow("is Infinity");
});

test("records, events and checkpoints are written so", () => {
  const split = { train: 0.5, test: 0.5 };
  const record = { member: 1, bestEpoch: 0, error: 0.25, alpha: Number.NaN, metrics: { accuracy: split } };
  expect(() => encodeMember({ record, files: {} })).toThrow("member 1: alpha is NaN");
  const metrics = { accuracy: { ...split, test: Number.NaN } };
  expect(() => encodeMember({ record: { ...record, alpha: 1, metrics }, files: {} })).toThrow("member 1: metrics.accuracy.test is NaN");
  expect(() => eventJson({ type: "member-end", ...record, error: -Infinity })).toThrow("event member-end: error is -Infinity");
  const weights = new Map();
  const training = {
    epoch: 1,
    step: 0,
    lossSum: Number.NaN,
    metricSums: {},
    rows: 1,
    bestEpoch: 0,
    bestScore: 0,
    optimizerStep: 1,
    weights,
    best: weights,
    slots: {},
  };
  expect(() => encodeCheckpoint({ checkpoint: { member: 3, training }, covered: { events: 0 }, ahead: [] })).toThrow(
    "checkpoint of member 3: training.lossSum is NaN",
  );
});

test("a speed that the clock was too coarse for is left out", () => {
  expect(eventJson({ type: "warning", message: "", clock: { at: 1, imagesPerSecond: Infinity } })).toBe(
    '{"type":"warning","message":"","clock":{"at":1}}',
  );
});
