import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progressLine } from "./progress-line.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** What a terminal got, without what clears a line. */
function lines(shown = true): { readonly written: string[]; readonly progress: ReturnType<typeof progressLine> } {
  const written: string[] = [];
  return {
    written,
    progress: progressLine({ shown, write: (text) => void written.push(text.replaceAll("\r", "").replaceAll("\u001B[K", "")) }),
  };
}

test("the time left is told by the pace of the same piece of work, once there is one", () => {
  const { written, progress } = lines();
  progress.show({ what: "reading", done: 5, total: 5 });
  progress.show({ what: "logits of member 1 of 2", done: 1000, total: 13_000 });
  vi.advanceTimersByTime(1000);
  progress.show({ what: "logits of member 1 of 2", done: 2000, total: 13_000 });
  vi.advanceTimersByTime(9000);
  progress.show({ what: "logits of member 2 of 2", done: 11_000, total: 13_000 });
  expect(written).toEqual([
    "reading: 5 of 5",
    "logits of member 1 of 2: 1,000 of 13,000",
    "logits of member 1 of 2: 2,000 of 13,000",
    "logits of member 2 of 2: 11,000 of 13,000, about 0:02 left",
  ]);
});

test("nothing is written where no terminal shows it, and nothing is cleared that was not shown", () => {
  for (const shown of [true, false]) {
    const { written, progress } = lines(shown);
    progress.clear();
    expect(written).toEqual([]);
    progress.show({ what: "reading", done: 1, total: 2 });
    progress.clear();
    progress.clear();
    expect(written).toEqual(shown ? ["reading: 1 of 2", ""] : []);
  }
});
