import fc from "fast-check";
import { expect, test } from "vitest";
import { exampleRun } from "../run/example-run.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { chooseLanes, type Lane } from "./choose-lanes.ts";

const members = (n: number) => exampleRun({ members: n, epochs: 1 }).slice(0, 1).reduce(reduce, initialState).members;
const numbers = (lanes: readonly Lane[]) =>
  lanes.flatMap((lane) => (lane.kind === "member" ? [lane.member.member] : lane.members.map(({ member }) => member)));

test("everyone has a line if there is room", () => {
  expect(chooseLanes(members(3), 0, 3).map(({ kind }) => kind)).toEqual(["member", "member", "member"]);
});

test("never more lines than room, the member in focus always among them, and from three lines on nobody is missing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(39), fc.integer({ min: 1, max: 45 }), (n, at, room) => {
      const focus = at % n;
      const lanes = chooseLanes(members(n), focus, room);
      expect(lanes.length).toBeLessThanOrEqual(room);
      expect(lanes.some((lane) => lane.kind === "member" && lane.member.member === focus)).toBe(true);
      if (room >= 3) expect(numbers(lanes)).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
  );
});
