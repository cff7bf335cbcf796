import { expect, test } from "vitest";
import { openTestResults } from "./test-results.ts";

const data = { version: 1, rows: 1000, votes: [0.5, 0.6], singles: [0.5, 0.4], realBytes: 4000, twin: 0.7 };
const members = [{}, {}];
const open = (json: unknown, of: readonly object[] = members) =>
  openTestResults({ testResults: new TextEncoder().encode(JSON.stringify(json)), members: of });

test("a file without has none, and one with gives a share for each number of members and each member", () => {
  expect(openTestResults({ testResults: undefined, members })).toBeUndefined();
  expect(open(data)).toEqual(data);
});

test.for<[unknown, string]>([
  [[], "is not an object"],
  [null, "is not an object"],
  [{ ...data, version: 0 }, "has no usable version"],
  [{ ...data, version: 2 }, "is of version 2, this runtime reads 1"],
  [{ ...data, more: 1 }, 'has the unknown key "more"'],
  [{ ...data, rows: 0 }, "has no usable number of rows"],
  [{ ...data, rows: 2.5 }, "has no usable number of rows"],
  [{ ...data, votes: [0.5] }, "does not have a share for each of the 2 members"],
  [{ ...data, singles: [0.5, 0.4, 0.3] }, "does not have a share for each"],
  [{ ...data, votes: [0.5, 1.1] }, "does not have a share for each"],
  [{ ...data, singles: [0.5, -0.1] }, "does not have a share for each"],
  [{ ...data, realBytes: -1 }, "has no usable number of bytes"],
  [{ ...data, twin: 2 }, "has no usable share of a real-valued net"],
  [{ ...data, votes: "most" }, "does not have a share for each"],
  [{ ...data, votes: [0.5, null] }, "does not have a share for each"],
])("%j is refused", ([json, sentence]) => {
  expect(() => open(json)).toThrow(`testResults: ${sentence}`);
});

test("so are bytes that are no JSON", () => {
  expect(() => openTestResults({ testResults: Uint8Array.of(255, 1), members })).toThrow("testResults: is not JSON");
});
