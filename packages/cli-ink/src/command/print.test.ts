import { afterEach, expect, test, vi } from "vitest";
import { printLines, say } from "./print.ts";

const sentence = `the run ${"and its members ".repeat(12)}take 12.3 kB`;
const descriptors = {
  columns: Object.getOwnPropertyDescriptor(process.stderr, "columns"),
  isTTY: Object.getOwnPropertyDescriptor(process.stderr, "isTTY"),
};

afterEach(() => {
  vi.restoreAllMocks();
  for (const [key, descriptor] of Object.entries(descriptors)) {
    if (descriptor) Object.defineProperty(process.stderr, key, descriptor);
    else Reflect.deleteProperty(process.stderr, key);
  }
});

/** What is written to a stream during `act`. */
function written(stream: NodeJS.WriteStream, act: () => void): string[] {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((part) => {
    text += String(part);
    return true;
  });
  act();
  spy.mockRestore();
  return text.trimEnd().split("\n");
}

test("printed sentences are broken between words within 80 columns, and tables are left alone", () => {
  const table = `  ${"cell  ".repeat(20)}end`;
  const lines = written(process.stdout, () => printLines([sentence, table]));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(Math.max(80, process.stdout.columns ?? 0));
  expect(lines.slice(0, -1).join(" ")).toBe(sentence);
  expect(lines.at(-1)).toBe(table);
});

test("a message is broken for a terminal alone: in a log it is one line", () => {
  Object.defineProperty(process.stderr, "isTTY", { value: false, configurable: true });
  expect(written(process.stderr, () => say(`${sentence}\n`))).toEqual([sentence]);
  Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });
  Object.defineProperty(process.stderr, "columns", { value: 60, configurable: true });
  const lines = written(process.stderr, () => say(`${sentence}\n`));
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  expect(lines.join(" ")).toBe(sentence);
  expect(lines.join("\n")).not.toContain("12.3\n");
});
