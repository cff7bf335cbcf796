import { unpackChromium } from "@benn/software-gpu/chromium";
import { expect, test } from "vitest";
import { runBench } from "./run-bench.ts";

test("bench browser finds the same bytes in Chromium, isolated and not, and in Node", async () => {
  const lines: string[] = [];
  await runBench(["browser", "--executable", await unpackChromium()], (line) => lines.push(line));
  expect(lines.at(-1)).toBe("The same bytes everywhere.");
  expect(lines.filter((line) => /^Chromium .*, (?:not )?isolated +[12] /.test(line))).toHaveLength(2);
});

test("without a Chromium bench browser asks for one", async () => {
  await expect(runBench(["browser", "--executable", "/no/chrome"], () => {})).rejects.toThrow("there is no /no/chrome. Name a Chromium");
});
