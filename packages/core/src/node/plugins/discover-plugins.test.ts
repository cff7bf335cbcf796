import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../user-error.ts";
import { dependenciesOf, discoverPlugins } from "./discover-plugins.ts";

function project(manifest: object | string | undefined, packages: Readonly<Record<string, object | string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "benn-discover-"));
  const write = (path: string, json: object | string) => writeFileSync(path, typeof json === "string" ? json : JSON.stringify(json));
  if (manifest !== undefined) write(join(folder, "package.json"), manifest);
  for (const [name, json] of Object.entries(packages)) {
    mkdirSync(join(folder, "node_modules", name), { recursive: true });
    write(join(folder, "node_modules", name, "package.json"), json);
    writeFileSync(join(folder, "node_modules", name, "index.js"), "");
  }
  return folder;
}
const plugin = { main: "index.js", keywords: ["x", "benn-plugin"] };

test("a project's plugins are the packages that it depends on and that say they are plugins, in its own order", () => {
  const folder = project(
    { dependencies: { b: "1", absent: "1", plain: "1" }, devDependencies: { a: "1" }, optionalDependencies: { c: "1", odd: "1" } },
    {
      a: plugin,
      b: plugin,
      c: plugin,
      plain: { main: "index.js", keywords: ["x"] },
      odd: { main: "index.js", keywords: "benn-plugin" },
      other: plugin,
    },
  );
  expect(dependenciesOf(folder)).toEqual(["b", "absent", "plain", "a", "c", "odd"]);
  expect(discoverPlugins(folder)).toEqual(["b", "a", "c"]);
});

test("a project without a package.json, or without dependencies, has none", () => {
  expect(dependenciesOf(project(undefined))).toEqual([]);
  expect(discoverPlugins(project({}))).toEqual([]);
});

test("a package.json that is not JSON is refused, a project's or a package's", () => {
  const folder = project("{");
  expect(() => dependenciesOf(folder)).toThrow(UserError);
  expect(() => dependenciesOf(folder)).toThrow(/package\.json: is not JSON \(.+\)\. Fix it, since plugins are looked up there\.$/);
});
