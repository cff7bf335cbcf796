import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createPlugin } from "./create-plugin.ts";
import { KINDS } from "./kinds.ts";
import { NewPluginError } from "./new-plugin-error.ts";

const cwd = mkdtempSync(join(tmpdir(), "benn-new-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");

test.for(Object.keys(KINDS))("a new %s is a folder of its own under its name, with what it imports", (kind) => {
  const { folder, files, next } = createPlugin({ kind, name: `own-${kind}`, cwd, who: "new" });
  expect(folder).toBe(join(cwd, `own-${kind}`));
  expect(files).toEqual(["package.json", "tsconfig.json", "README.md", "src/index.ts", "src/index.test.ts"]);
  expect(files.every((path) => existsSync(join(folder, path)))).toBe(true);
  for (const path of files) expect(read(folder, path)).not.toMatch(new RegExp(`my-?${kind}`, "i"));
  const source = read(folder, "src/index.ts");
  expect(source).toContain(`name: "own-${kind}"`);
  expect(source.split("\n").length).toBeLessThan(100);
  expect(read(folder, "src/index.test.ts")).toMatch(/import \{ test[A-Z]\w+ \} from "@benn\/core\/testing"/);
  const manifest = JSON.parse(read(folder, "package.json")) as { keywords: string[]; peerDependencies: Record<string, string> };
  expect(manifest.keywords).toEqual(["benn-plugin"]);
  const imported = [...source.matchAll(/from "(@[^/"]+\/[^/"]+)/g)].map(([, from]) => from!);
  expect(Object.keys(manifest.peerDependencies)).toEqual(expect.arrayContaining(imported));
  expect(next.at(-1)).toMatch(/^npx benn train --plugin \./);
});

test("each kind has a template, and each template is a kind", () => {
  const templates = readdirSync(join(import.meta.dirname, "../templates"));
  expect(templates.toSorted()).toEqual(Object.keys(KINDS).toSorted());
});

test("a new scheme boosts", () => {
  const { folder } = createPlugin({ kind: "scheme", name: "my-boost", cwd, who: "new" });
  expect(read(folder, "src/index.ts")).toContain("export const myBoost = (rate: number): EnsembleScheme");
  expect(read(folder, "src/index.ts")).toContain("wrong[row] ? weight * Math.exp(alpha) : weight");
});

test("in benn's own repository it is a package like the others", () => {
  const { folder, files } = createPlugin({ kind: "optimizer", name: "fast-steps", cwd, who: "pnpm new", workspace: true });
  expect(files).not.toContain("tsconfig.json");
  expect(JSON.parse(read(folder, "package.json"))).toMatchObject({
    name: "@benn/fast-steps",
    repository: { directory: "packages/fast-steps" },
    peerDependencies: { "@benn/core": "workspace:^" },
    devDependencies: { vitest: "catalog:" },
  });
});

test.for<[string, string, string, string]>([
  ["of an unknown kind", "sceme", "my-boost", 'new: there is no kind "sceme". Kinds: scheme, voter, architecture'],
  ["of a kind that every object has", "constructor", "my-boost", 'new: there is no kind "constructor".'],
  ["with a name of one word", "scheme", "class", 'letters and digits with - between as the name, got "class". For example: my-scheme.'],
  ["with a name that climbs out", "scheme", "../my-boost", 'got "../my-boost"'],
  ["with a name that is taken", "scheme", "taken-name", "taken-name is there already. Choose another name."],
])("a plugin %s is refused in a sentence, and nothing is written", ([, kind, name, sentence]) => {
  if (name === "taken-name") createPlugin({ kind: "voter", name, cwd, who: "new" });
  const before = readdirSync(cwd, { recursive: true });
  expect(() => createPlugin({ kind, name, cwd, who: "new" })).toThrow(sentence);
  expect(() => createPlugin({ kind, name, cwd, who: "new" })).toThrow(NewPluginError);
  expect(readdirSync(cwd, { recursive: true })).toEqual(before);
});
