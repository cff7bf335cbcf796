import { expect, test } from "vitest";
import { initialUi, type KeyName, press, type UiContext, type UiState } from "./ui-state.ts";

const context: UiContext = { views: ["overview", "curves", "log"], members: [0, 1, 2, 3], focus: 1, page: 10, most: 0 };
const type = (keys: readonly (KeyName | string)[], from: UiState = initialUi, within: UiContext = context): UiState =>
  keys.reduce<UiState>((ui, key) => press(ui, typeof key === "string" ? { text: key } : key, within), from);

test("numbers and tab go from view to view, and around", () => {
  expect(type(["2"]).view).toBe("curves");
  expect(type([{ name: "tab" }, { name: "tab" }, { name: "tab" }]).view).toBe("overview");
  expect(type([{ name: "backTab" }]).view).toBe("log");
  expect(type(["9"])).toBe(initialUi);
});

test("arrows and the keys of vi choose a member, from the one in focus on", () => {
  expect(type(["j"]).member).toBe(2);
  expect(type([{ name: "up" }]).member).toBe(0);
  expect(type(["k", "k", "k"]).member).toBe(0);
  expect(type(["G"]).member).toBe(3);
  expect(type(["G", { name: "escape" }]).member).toBeUndefined();
});

test("in the log they scroll back from the end, and not beyond its first line: the next key moves", () => {
  const log = { ...initialUi, view: "log" };
  const lines = { ...context, scrolls: "lines", most: 25 } as const;
  expect(type(["k", "k"], log, lines).scroll).toBe(2);
  expect(type(["k", "j", "j"], log, lines).scroll).toBe(0);
  expect(type([{ name: "pageUp" }], log, lines).scroll).toBe(10);
  expect(type(["G"], { ...log, scroll: 7 }, lines).scroll).toBe(0);
  expect(type(["g"], log, lines).scroll).toBe(25);
  expect(type(["g", "k", "j"], log, lines).scroll).toBe(24);
  expect(type(["k"], log, { ...lines, most: -3 }).scroll).toBe(0);
});

test("lists scroll, images go by one left and right, and members and the cursor stay", () => {
  const lines = { ...context, scrolls: "lines", most: 4 } as const;
  expect(type(["j", "j", "k"], initialUi, lines)).toEqual({ ...initialUi, scroll: 1 });
  expect(type(["G"], initialUi, lines).scroll).toBe(4);
  const images = { ...context, scrolls: "images", most: 2 } as const;
  expect(type(["l"], initialUi, images)).toEqual({ ...initialUi, scroll: 1 });
  expect(type(["l", "l", "l", "h"], initialUi, images).scroll).toBe(1);
  expect(type(["j"], initialUi, images).member).toBe(2);
});

test("a filter takes every letter until enter", () => {
  const typed = type(["/", "n", "q", "2", { name: "backspace" }, "i"]);
  expect(typed).toMatchObject({ filter: "nqi", typing: true, view: "overview" });
  expect(type([{ name: "enter" }], typed)).toMatchObject({ filter: "nqi", typing: false });
  expect(type([{ name: "escape" }], typed)).toMatchObject({ filter: "", typing: false });
});

test("the cursor stays within the chart, in finer steps where it is zoomed", () => {
  expect(type(["l"]).cursor).toBe(1);
  const left = type([{ name: "left" }]).cursor ?? 0;
  expect(left).toBeLessThan(1);
  expect(1 - (type(["+", { name: "left" }]).cursor ?? 0)).toBeCloseTo((1 - left) / 2);
});
