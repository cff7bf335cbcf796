import { expect, test } from "vitest";
import { announcedNote, announcement, timeSentence } from "./announcement.ts";
import { exampleRun } from "./example-run.ts";
import { initialState, reduce, type RunState } from "./run-state.ts";

const events = exampleRun({ members: 8, epochs: 20 });
const upTo = (n: number): RunState => events.slice(0, n).reduce(reduce, initialState);
const firstStep = events.findIndex(({ type }) => type === "step");

test("a run says what it is about to do, how to stop it and how to resume it", () => {
  const [what = "", how] = announcement(upTo(1), "benn train --resume runs/a");
  expect(what).toMatch(/^About to train 8 members, 20 epochs each, on 4,000 images: 640,000 in all\./);
  expect(how).toBe("To stop: Ctrl-C, which saves. To resume: benn train --resume runs/a");
  const { start } = upTo(1);
  const mixed = {
    start: { ...start!, pretrainEpochs: 2, members: start!.members.slice(0, 2).map((plan, i) => ({ ...plan, epochs: 5 + i })) },
  };
  expect(announcement(mixed, "")[0]).toMatch(/^About to train 2 members, 5 to 6 epochs each, on 4,000 images: 52,000 in all\./);
  expect(announcement(initialState, "")).toEqual([]);
});

test("how long it takes follows from the first batches, with a shorter run where nothing else was asked for", () => {
  const long = { isBare: true, demo: "benn train --preset demo" };
  expect(timeSentence(upTo(1), long)).toBeUndefined();
  expect(announcedNote(upTo(1))).toBeUndefined();
  const slow = reduce(upTo(firstStep), { ...events[firstStep]!, clock: { at: events[firstStep]!.clock.at, imagesPerSecond: 90 } });
  expect(timeSentence(slow, long)).toMatch(/^At 90\.0 images\/s it takes about 2 h( \d0 min)?\. A shorter run: benn train --preset demo$/);
  expect(timeSentence(slow, { ...long, isBare: false })).toMatch(/min\.$|h\.$/);
  expect(announcedNote(slow)).toMatch(/^about 2 h( \d0 min)? in all; q saves and stops$/);
  const quick = reduce(upTo(firstStep), { ...events[firstStep]!, clock: { at: events[firstStep]!.clock.at, imagesPerSecond: 9000 } });
  expect(timeSentence(quick, long)).not.toContain("shorter");
});
