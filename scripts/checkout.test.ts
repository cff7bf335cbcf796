import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInstalled, pathProblem } from "./checkout.mjs";

test("what is installed is not installed again until the lockfile changes, or a part of it is gone", () => {
  const root = mkdtempSync(join(tmpdir(), "benn-checkout-"));
  const write = (name: string, text: string): void => writeFileSync(join(root, name), text);
  write("pnpm-lock.yaml", "one");
  expect(isInstalled(root)).toBe(false);
  mkdirSync(join(root, "node_modules", ".pnpm"), { recursive: true });
  write("node_modules/.pnpm/lock.yaml", "one");
  expect(isInstalled(root)).toBe(false); // truncated
  write("node_modules/.modules.yaml", "");
  expect(isInstalled(root)).toBe(true);
  write("pnpm-lock.yaml", "two"); // as by git pull
  expect(isInstalled(root)).toBe(false);
  write("node_modules/.pnpm/lock.yaml", "two");
  expect(isInstalled(root)).toBe(true);
  rmSync(join(root, "node_modules"), { recursive: true });
  expect(isInstalled(root)).toBe(false);
});

test("a path that the tools cannot work in is refused for its character; blanks and other letters are none", () => {
  expect(pathProblem("/home/a b/ü (1)/benn", ":")).toBeUndefined();
  for (const path of ["/home/a:b", "/home/what?", "/home/#1"]) {
    expect(pathProblem(path, ":")).toMatch(/^benn: the checkout lies in ".*", and a path with ".[^"]*" .* Move it to a path without\.$/);
  }
  expect(pathProblem("C:\\benn", ";")).toBeUndefined();
  expect(pathProblem("C:\\a;b", ";")).toContain('";"');
});
