import { expect, test } from "vitest";
import { processStart, sameStart } from "./process-start.ts";

test("this process began when it began, and so did no other", async () => {
  const own = await processStart(process.pid);
  expect(own).toBeDefined();
  expect(sameStart(own!, (await processStart(process.pid))!)).toBe(true);
  const other = await processStart(process.ppid);
  if (other) expect(sameStart(own!, other)).toBe(false);
  expect(await processStart(2 ** 30)).toBeUndefined();
});

test("starts counted from a start of the machine are the same to the tick, and only of the same start", () => {
  expect(sameStart({ boot: "a", at: 7 }, { boot: "a", at: 7 })).toBe(true);
  expect(sameStart({ boot: "a", at: 7 }, { boot: "a", at: 8 })).toBe(false);
  expect(sameStart({ boot: "a", at: 7 }, { boot: "b", at: 7 })).toBe(false);
  expect(sameStart({ boot: "", at: 7 }, { boot: "b", at: 7 })).toBe(false);
});

test("starts by the clock may differ by the seconds that it may have been set by", () => {
  expect(sameStart({ boot: "", at: 100 }, { boot: "", at: 105 })).toBe(true);
  expect(sameStart({ boot: "", at: 105 }, { boot: "", at: 100 })).toBe(true);
  expect(sameStart({ boot: "", at: 100 }, { boot: "", at: 106 })).toBe(false);
});
