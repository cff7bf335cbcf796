import { expect, test } from "vitest";
import { RunControl } from "./run-control.ts";

test("whoever subscribes hears of every change, until it no longer wants to", () => {
  const control = new RunControl();
  const seen: string[] = [];
  const end = control.subscribe(() => seen.push(`${control.paused} ${control.stop}`));
  control.pause();
  control.resume();
  control.stopAfterMember();
  control.stopAfterEpoch();
  control.stopNow();
  expect(seen).toEqual(["true no", "false no", "false after-member", "false after-epoch", "false now"]);
  end();
  control.pause();
  expect(seen).toHaveLength(5);
});

test("a stop may become sooner, and never later", () => {
  const control = new RunControl();
  expect([control.stop, control.stopsMember]).toEqual(["no", false]);
  control.stopAfterMember();
  expect([control.stop, control.stopsMember]).toEqual(["after-member", false]);
  control.stopAfterEpoch();
  control.stopAfterMember();
  expect([control.stop, control.stopsMember]).toEqual(["after-epoch", true]);
  control.stopNow();
  control.stopAfterEpoch();
  control.stopAfterMember();
  expect([control.stop, control.stopsMember]).toEqual(["now", true]);
});

test("a pause ends when the run is resumed or stopped, and not while it is still paused", async () => {
  for (const end of ["resume", "stopNow", "stopAfterEpoch", "stopAfterMember"] as const) {
    const control = new RunControl();
    await control.untilResumed();
    control.pause();
    let over = false;
    const waiting = control.untilResumed().then(() => (over = true));
    control.resume();
    control.pause(); // again, before the waiter has checked
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(over).toBe(false);
    control[end]();
    expect(control.paused).toBe(false);
    await waiting;
  }
});

test("what is asked of a member is taken once, in order", () => {
  const control = new RunControl();
  expect(control.takeSteering(0, 0, 0)).toEqual([]);
  control.scaleLearningRate(0.5);
  control.endMember();
  expect(control.takeSteering(0, 0, 1)).toEqual([{ action: "learning-rate", factor: 0.5 }, { action: "end-member" }]);
  expect(control.takeSteering(0, 0, 2)).toEqual([]);
  control.endMember();
  control.forgetSteering(1);
  expect(control.takeSteering(1, 0, 0)).toEqual([]);
});

test("what is asked of one member stays for it, whoever asks first, and is what is left when it begins", () => {
  const control = new RunControl();
  control.endMember(2);
  control.scaleLearningRate(2, 1);
  expect(control.takeSteering(0, 0, 1)).toEqual([]);
  control.endMember();
  control.forgetSteering(1);
  expect(control.takeSteering(1, 0, 1)).toEqual([{ action: "learning-rate", factor: 2 }]);
  expect(control.takeAsked(2)).toEqual([]);
});

test("members are added up, a profile is taken once by the member that is meant, and who listens is told of both", () => {
  const control = new RunControl();
  let told = 0;
  control.subscribe(() => (told += 1));
  control.addMembers(1);
  control.addMembers(2);
  expect([control.added, told]).toEqual([3, 2]);
  control.profile(5, 1);
  expect([control.takeProfile(0), control.takeProfile(1), control.takeProfile(1)]).toEqual([0, 5, 0]);
  control.profile(3);
  expect([told, control.takeProfile(7)]).toEqual([4, 3]);
});

test("what is planned comes at its member, epoch and step, before what is asked", () => {
  const control = new RunControl();
  const at = { type: "steer", member: 1, epoch: 2, step: 3 } as const;
  control.plan([
    { ...at, action: "learning-rate", factor: 0.1 },
    { ...at, action: "end-member" },
    { ...at, action: "learning-rate" },
  ]);
  control.endMember();
  expect(control.takeSteering(1, 2, 2)).toEqual([{ action: "end-member" }]);
  for (const [member, epoch, step] of [
    [0, 2, 3],
    [1, 1, 3],
    [1, 2, 4],
  ] as const)
    expect(control.takeSteering(member, epoch, step)).toEqual([]);
  control.scaleLearningRate(3);
  expect(control.takeSteering(1, 2, 3)).toEqual([
    { action: "learning-rate", factor: 0.1 },
    { action: "end-member" },
    { action: "learning-rate", factor: 1 },
    { action: "learning-rate", factor: 3 },
  ]);
});
