import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXIT, EXIT_HELP, exitCodeOf, STOP_SIGNALS } from "./exit-codes.ts";

test("what a signal stops ends as shells report that signal", () => {
  expect(exitCodeOf("SIGINT")).toBe(130);
  expect(exitCodeOf("SIGTERM")).toBe(143);
  expect(exitCodeOf("SIGHUP")).toBe(129);
});

test("the README and --help list every exit code", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  for (const code of [...Object.values(EXIT), ...STOP_SIGNALS.map(exitCodeOf)]) {
    expect(readme, "README.md").toMatch(new RegExp(`^\\| ${code} +\\|`, "m"));
    expect(EXIT_HELP).toMatch(new RegExp(`\\b${code}\\b`));
  }
});
