// Each entry point of core has a page for its readers, which lists exactly what it exports.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as plugins from "@benn/core";
import * as internals from "@benn/core/internals";
import * as applications from "@benn/core/node";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const pageOf = (name: string) => readFileSync(join(root, "docs", `${name}.md`), "utf8");
/** The names in the first column of the page's tables. */
const tabled = (page: string) =>
  page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => line.split("|")[1]?.match(/(?<=`)[A-Za-z_]+(?=[`(])/g) ?? []);

test.for([
  ["plugins", plugins],
  ["applications", applications],
  ["internals", internals],
] as const)("docs/%s.md names everything that its door exports", ([name, door]) => {
  const named = new Set(pageOf(name).match(/[A-Za-z_]\w*/g));
  expect(Object.keys(door).filter((value) => !named.has(value))).toEqual([]);
});

test("the tables of applications and internals name nothing that their doors do not export", () => {
  const others = (name: string, door: object) => tabled(pageOf(name)).filter((value) => !(value in door));
  expect(others("applications", applications)).toEqual([]);
  expect(others("internals", internals)).toEqual([]);
});
