// What a page downloads: the doors, bundled and minified as a bundler does it, gzipped.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

interface Sizes {
  /** Bytes of what an import of the door loads at once. */
  readonly door: number;
  /** Bytes of what it loads later, by the names of the chunks. */
  readonly later: Readonly<Record<string, number>>;
}

/** Sizes of what `names` of a door bring into a page. */
async function bundled(imports: string): Promise<Sizes> {
  const build = await rolldown({
    input: "page",
    platform: "browser",
    plugins: [
      {
        name: "page",
        resolveId: (id, from) => (id === "page" ? id : from === "page" ? join(import.meta.dirname, id) : undefined),
        load: (id) => (id === "page" ? imports : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  const chunks = output.filter((part) => part.type === "chunk");
  const size = (code: string) => gzipSync(code, { level: 9 }).length;
  return {
    door: chunks.filter((chunk) => !chunk.isDynamicEntry).reduce((sum, { code }) => sum + size(code), 0),
    later: Object.fromEntries(
      chunks.filter((chunk) => chunk.isDynamicEntry).map(({ facadeModuleId, code }) => [facadeModuleId ?? "", size(code)]),
    ),
  };
}

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8").replaceAll(/\s+/g, " ");
const said = (pattern: RegExp) => 1000 * Number(pattern.exec(readme)?.[1]);

test("the runtime takes what the README says, its kernels included, and the code for layers of several bits comes later", async () => {
  const { door, later } = await bundled(`export { load } from "index.ts";`);
  const [planes = 0, ...others] = Object.values(later);
  expect(others).toEqual([]);
  expect(Object.keys(later)[0]).toContain("planes");
  expect(door).toBeLessThan(24_000);
  expect(Math.abs(door - said(/dependencies: (\d+) kB gzipped/)), `${door} bytes`).toBeLessThan(1000);
  expect(planes).toBeLessThan(6_000);
  expect(Math.abs(planes - said(/their code, (\d+) kB/)), `${planes} bytes`).toBeLessThan(1000);
});

test("a page that catches errors alone downloads no runtime, and what votes are worth adds little", async () => {
  expect((await bundled(`export { PackedError } from "index.ts";`)).door).toBeLessThan(200);
  const both = await bundled(`export { load } from "index.ts"; export { openTrust } from "trust/index.ts";`);
  const { door } = await bundled(`export { load } from "index.ts";`);
  expect(both.door - door).toBeLessThan(3_000);
});

test("the runtime imports nothing but its own files", () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const text = sources.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
  expect(text).not.toMatch(/^import (?!type)[^;]*from "(?!\.)/m);
});
