import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../user-error.ts";
import { folderEntry } from "./folder-entry.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "benn-folder-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const exporting = (exports: unknown) => ({ "package.json": JSON.stringify({ exports }), "dist/index.js": "" });

test.for<[string, Readonly<Record<string, string>>, string]>([
  ["its sources, built or not", { ...exporting("./dist/index.js"), "src/index.ts": "" }, "src/index.ts"],
  ["a file beside package.json", { "index.ts": "" }, "index.ts"],
  ["what it exports", exporting("./dist/index.js"), "dist/index.js"],
  ["what it exports as default", exporting({ types: "./dist/index.d.ts", default: "./dist/index.js" }), "dist/index.js"],
  ["what its door exports", exporting({ ".": { import: "./dist/index.js" } }), "dist/index.js"],
  ["its main file", { "package.json": '{"main":"lib.js"}', "lib.js": "" }, "lib.js"],
])("a folder begins at %s", ([, files, entry]) => {
  const folder = folderWith(files);
  expect(folderEntry(folder, "./mine")).toBe(join(folder, entry));
});

test.for<[string, Readonly<Record<string, string>>]>([
  ["empty", {}],
  ["with a package.json that is not JSON", { "package.json": "{" }],
  ["that exports what is not there", { "package.json": '{"exports":"./dist/index.js"}' }],
])("a folder %s is refused by name", ([, files]) => {
  const folder = folderWith(files);
  expect(() => folderEntry(folder, "./mine")).toThrow(`plugin ./mine: folder ${folder} has neither src/index.ts nor `);
  expect(() => folderEntry(folder, "./mine")).toThrow(UserError);
});
