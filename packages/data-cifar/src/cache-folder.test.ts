import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "./cache-folder.ts";

test("downloads go where each system keeps caches", () => {
  const given = resolve("/var/caches");
  expect(cacheFolder({ XDG_CACHE_HOME: given }, "linux")).toBe(join(given, "benn", "cifar10"));
  expect(cacheFolder({}, "linux")).toBe(join(homedir(), ".cache", "benn", "cifar10"));
  expect(cacheFolder({ XDG_CACHE_HOME: "relative" }, "linux")).toBe(join(homedir(), ".cache", "benn", "cifar10"));
  expect(cacheFolder({}, "darwin")).toBe(join(homedir(), "Library", "Caches", "benn", "cifar10"));
  expect(cacheFolder({ LOCALAPPDATA: given }, "win32")).toBe(join(given, "benn", "cifar10"));
});
