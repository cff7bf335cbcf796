import { expect, test } from "vitest";
import { RunControl } from "../run-control.ts";
import type { Emitted } from "./emitted.ts";
import { watchScoring, type WatchedScoring } from "./watch-scoring.ts";

/** Yields 1, 2, … up to `rows`, one per interval. */
function scoring(rows: number, milliseconds = 0) {
  const state = { asked: 0, ended: false };
  const generator = (async function* () {
    try {
      for (let done = 1; done <= rows; done++) {
        state.asked = done;
        if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
        yield done;
      }
      return "scored";
    } finally {
      state.ended = true;
    }
  })();
  return { state, generator };
}

async function all(of: ReturnType<typeof scoring>, options: Partial<WatchedScoring> = {}, onEvent: (event: Emitted) => void = () => {}) {
  const events: Emitted[] = [];
  const watched = watchScoring(of.generator, { what: "scoring", total: 3, control: new RunControl(), ...options });
  for (;;) {
    const next = await watched.next();
    if (next.done) return { events, result: next.value };
    events.push(next.value);
    onEvent(next.value);
  }
}

test("what is over soon needs no event, and gives its result", async () => {
  expect(await all(scoring(3))).toEqual({ events: [], result: "scored" });
});

test("what takes longer is told of now and then, and at its end", async () => {
  const { events, result } = await all(scoring(3, 320));
  expect(result).toBe("scored");
  expect(events).toEqual([1, 2, 3].map((done) => ({ type: "progress", what: "scoring", done, total: 3 })));
});

test("after each batch the caller is told, and waited for", async () => {
  const calls: string[] = [];
  const own = scoring(3);
  await all(own, {
    async onRows(done, total) {
      calls.push(`${done} of ${total}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(own.state.asked).toBe(done);
    },
  });
  expect(calls).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
});

test("a pause is waited out, and a stop ends it between two batches", async () => {
  const control = new RunControl();
  const paused = scoring(3);
  const whole = await all(paused, { control, onRows: (done) => void (done === 1 && control.pause()) }, (event) => {
    if (event.type === "control" && event.state === "paused") setTimeout(() => control.resume(), 5);
  });
  expect(whole).toEqual({
    events: [
      { type: "control", state: "paused" },
      { type: "control", state: "running" },
    ],
    result: "scored",
  });
  for (const stop of ["stopNow", "stopAfterEpoch"] as const) {
    const stopping = new RunControl();
    const own = scoring(3);
    expect(await all(own, { control: stopping, onRows: (done) => void (done === 2 && stopping[stop]()) })).toEqual({
      events: [{ type: "control", state: "stopping" }],
      result: undefined,
    });
    expect(own.state).toEqual({ asked: 2, ended: true });
  }
  const later = new RunControl();
  later.stopAfterMember();
  expect((await all(scoring(3), { control: later })).result).toBe("scored");
});
