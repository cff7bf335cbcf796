import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import chromium, { inflate, setupLambdaEnvironment } from "@sparticuz/chromium";
import { expect, test } from "vitest";
import { runBench } from "./run-bench.ts";

test("bench browser finds the same bytes in Chromium, isolated and not, and in Node", async () => {
  // The package brings the libraries that a machine without a desktop lacks.
  setupLambdaEnvironment(join(tmpdir(), "al2023", "lib"));
  await inflate(join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../bin/al2023.tar.br"));
  const lines: string[] = [];
  await runBench(["browser", "--executable", await chromium.executablePath()], (line) => lines.push(line));
  expect(lines.at(-1)).toBe("The same bytes everywhere.");
  expect(lines.filter((line) => /^Chromium .*, (?:not )?isolated +[12] /.test(line))).toHaveLength(2);
});

test("without a Chromium bench browser asks for one", async () => {
  await expect(runBench(["browser", "--executable", "/no/chrome"], () => {})).rejects.toThrow("there is no /no/chrome. Name a Chromium");
});
