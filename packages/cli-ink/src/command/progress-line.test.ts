import { expect, test } from "vitest";
import { progressLine } from "./progress-line.ts";

/** What standard error received, a clock that can be set, and the progress line. */
function opened({ isTerminal, json = false }: { isTerminal: boolean; json?: boolean }) {
  const written: string[] = [];
  let time = 0;
  const place = {
    isTerminal,
    now: () => time,
    write: (text: string) => void written.push(text.replaceAll("\r", "").replaceAll("\u001B[K", "")),
  };
  return { written, progress: progressLine({ json, place }), pass: (milliseconds: number) => (time += milliseconds) };
}

test("the time left is told by the pace of the same piece of work, once there is one", () => {
  const { written, progress, pass } = opened({ isTerminal: true });
  progress.show({ what: "reading", done: 5, total: 5 });
  progress.show({ what: "logits of member 1 of 2", done: 1000, total: 13_000 });
  pass(1000);
  progress.show({ what: "logits of member 1 of 2", done: 2000, total: 13_000 });
  pass(9000);
  progress.show({ what: "logits of member 2 of 2", done: 11_000, total: 13_000 });
  progress.show({ what: "writing", done: 0, total: 0 });
  expect(written).toEqual([
    "reading: 5 of 5",
    "logits of member 1 of 2: 1,000 of 13,000",
    "logits of member 1 of 2: 2,000 of 13,000",
    "logits of member 2 of 2: 11,000 of 13,000, about 2 s left",
    "writing",
  ]);
});

test("a log gets whole lines, none of work that is over in a moment, and fewer the longer it takes", () => {
  const { written, progress, pass } = opened({ isTerminal: false });
  const at: number[] = [];
  for (let second = 0; second <= 600; second++) {
    const before = written.length;
    progress.show({ what: "images", done: second, total: 600 });
    if (written.length > before) at.push(second);
    pass(1000);
  }
  progress.clear();
  expect(at.slice(0, 5)).toEqual([3, 8, 16, 28, 45]);
  expect(at.length).toBeLessThan(16);
  expect(Math.max(...at.map((second, i) => second - (at[i - 1] ?? 0)))).toBeLessThanOrEqual(61);
  expect(written[1]).toBe("… images: 8 of 600, about 10 min left\n");
  expect(written.join("")).not.toContain("\u001B");
});

test("a time left that is known better is taken", () => {
  const { written, progress } = opened({ isTerminal: true });
  progress.show({ what: "batches", done: 1, total: 10, secondsLeft: 485 });
  expect(written).toEqual(["batches: 1 of 10, about 8 min left"]);
});

test("nothing is written where the output is for a program, and nothing is cleared that was not shown", () => {
  for (const json of [true, false]) {
    const { written, progress, pass } = opened({ isTerminal: true, json });
    progress.clear();
    expect(written).toEqual([]);
    progress.show({ what: "reading", done: 1, total: 2 });
    progress.clear();
    progress.clear();
    expect(written).toEqual(json ? [] : ["reading: 1 of 2", ""]);
    const log = opened({ isTerminal: false, json });
    log.pass(10_000);
    log.progress.show({ what: "reading", done: 1, total: 2 });
    expect(log.written).toEqual(json ? [] : ["… reading: 1 of 2\n"]);
    pass(0);
  }
});
