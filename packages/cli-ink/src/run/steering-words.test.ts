import { expect, test } from "vitest";
import { exampleRun } from "./example-run.ts";
import { initialState, reduce } from "./run-state.ts";
import { memberToSteer } from "./steering-words.ts";

const events = exampleRun({ members: 3, epochs: 2 });
const started = (members: readonly number[]) =>
  events
    .filter((event) => event.type === "run-start" || (event.type === "member-start" && members.includes(event.member)))
    .reduce(reduce, initialState);
const halve = { action: "learning-rate", factor: 0.5 } as const;

test("one member in training is meant, whichever is looked at", () => {
  expect(memberToSteer(started([1]), halve, 0)).toEqual({ member: undefined, words: "learning rate × 0.5 from the next batch on" });
  expect(memberToSteer(started([1]), { action: "end-member" }, undefined)).toMatchObject({ words: "this epoch is the member's last" });
});

test("of several the chosen one is meant; without a choice none is, and it says so", () => {
  expect(memberToSteer(started([0, 2]), halve, 2)).toEqual({ member: 2, words: "member 3: learning rate × 0.5 from the next batch on" });
  expect(memberToSteer(started([0, 2]), { action: "end-member" }, 0)).toMatchObject({
    member: 0,
    words: "member 1: this epoch is the last",
  });
  expect(memberToSteer(started([0, 2]), halve, undefined)).toEqual({ refused: "several members train: choose one with ↑ ↓ first" });
  expect(memberToSteer(started([0, 2]), halve, 1)).toEqual({ refused: "member 2 is not in training: choose one that is" });
});

test("between two members nothing is steered", () => {
  expect(memberToSteer(started([]), halve, undefined)).toEqual({ refused: "no member is in training" });
});

test("members that were asked for wait in a line of their own at once, and stay when they are taken up", () => {
  const state = started([0]);
  const clock = { at: 2e12 };
  const asked = reduce(state, { type: "control", state: "running", members: 5, clock });
  expect(asked.members.map(({ status }) => status)).toEqual(["training", "waiting", "waiting", "waiting", "waiting"]);
  expect(asked.members[4]?.plan).toMatchObject({ member: 4, architecture: state.members[2]?.plan?.architecture });
  const plans = [3, 4].map((member) => ({ ...state.members[2]!.plan!, member, epochs: 7 }));
  const added = reduce(asked, { type: "members-added", after: 1, members: plans, clock });
  expect(added.members.map(({ epochs }) => epochs)).toEqual([2, 2, 2, 7, 7]);
  expect(reduce(state, { type: "members-added", after: 1, members: plans, clock }).members.map(({ epochs }) => epochs)).toEqual([
    2, 2, 2, 7, 7,
  ]);
});
