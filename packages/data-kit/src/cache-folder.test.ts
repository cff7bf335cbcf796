import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "./cache-folder.ts";

test("downloads go where each system keeps caches", () => {
  const given = resolve("/var/caches");
  expect(cacheFolder("cifar10", { XDG_CACHE_HOME: given }, "linux")).toBe(join(given, "benn", "cifar10"));
  expect(cacheFolder("cifar10", {}, "linux")).toBe(join(homedir(), ".cache", "benn", "cifar10"));
  expect(cacheFolder("cifar10", { XDG_CACHE_HOME: "relative" }, "linux")).toBe(join(homedir(), ".cache", "benn", "cifar10"));
  expect(cacheFolder("cifar10", {}, "darwin")).toBe(join(homedir(), "Library", "Caches", "benn", "cifar10"));
  expect(cacheFolder("cifar10", { LOCALAPPDATA: given }, "win32")).toBe(join(given, "benn", "cifar10"));
});
