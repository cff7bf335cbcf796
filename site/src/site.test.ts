// The site without VitePress: its pages are written and its examples run, each in one process, as `pnpm site` does before it builds.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { commandLines, wrongCommands } from "./check-commands.ts";
import { deadLinks, placeOf, sources } from "./collect-pages.ts";
import { collectExamples } from "./examples/collect-examples.ts";
import { needsMore } from "./examples/example-needs.ts";
import { writeExamples } from "./examples/write-examples.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "benn-site-"));
const pages = join(scratch, "pages");
/** In the site's folder, where every package is found. */
const examples = join(root, "site/pages/.examples");
const pageAt = (place: string): string => readFileSync(join(pages, `${place}.md`), "utf8");

interface Ran {
  readonly name: string;
  readonly printed: string;
  readonly error?: string;
}
const ran = new Map<string, Ran>();

async function node(script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=source", join(import.meta.dirname, script), ...args], { cwd: scratch });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect(code, stderr).toBe(0);
  return stdout;
}

beforeAll(async () => {
  writeExamples(examples, { quick: true });
  await node("write-pages.ts", pages);
  const all = collectExamples().filter(({ name }) => !needsMore.has(name));
  // What trains has a process of its own, as a program has; the others share one.
  const [alone, others] = [true, false].map((trains) =>
    all.filter(({ code }) => code.includes("train(") === trains).map(({ name }) => name),
  );
  for (const names of [...alone!.map((name) => [name]), others!]) {
    const lines = (await node("examples/run-examples.ts", examples, ...names)).split("\n");
    for (const result of lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Ran)) ran.set(result.name, result);
  }
}, 900_000);

test("every page of docs is in the navigation, and every page of the navigation is written", () => {
  const docs = globSync("docs/*.md", { cwd: root });
  expect(docs.filter((page) => !sources().includes(page))).toEqual([]);
  expect(sources().filter((source) => !existsSync(join(pages, `${placeOf(source)}.md`)))).toEqual([]);
});

test("a page or heading that is not there is a dead link; what is elsewhere is not", () => {
  const markdown = new Map([
    ["a", "# A\n\n## Part\n\n[1](/b) [2](#part) [3](/none) [4](#none) [5](/b#none) [6](/api/x) [7](https://example.org) ![8](/x.svg)\n"],
    ["b", "# B\n"],
  ]);
  const dead = deadLinks({ markdown, assets: new Set(["x.svg"]) }, (place) => place.startsWith("api/"));
  expect(dead).toEqual(["a: /none", "a: #none", "a: /b#none"]);
});

test("the reference has every command, key, contract and event", async () => {
  const { createProgram } = await import("@benn/cli-ink/reference");
  const { configSchema, CONTRACTS } = await import("@benn/core/node");
  const missing = (place: string, words: readonly string[]) => words.filter((word) => !pageAt(place).includes(word));
  const program = createProgram();
  expect(
    missing(
      "reference/commands",
      program
        .createHelp()
        .visibleCommands(program)
        .filter((one) => one.name() !== "help")
        .map((one) => `## benn ${one.name()}\n`),
    ),
  ).toEqual([]);
  expect(
    missing(
      "reference/commands",
      program
        .createHelp()
        .visibleCommands(program)
        .flatMap(({ options }) => options.map(({ flags }) => flags)),
    ),
  ).toEqual([]);
  expect(
    missing(
      "reference/configuration",
      Object.keys(configSchema.shape).map((key) => `| \`${key}\` |`),
    ),
  ).toEqual([]);
  expect(
    missing(
      "reference/contracts",
      Object.values(CONTRACTS).map(({ title }) => `## ${title}\n`),
    ),
  ).toEqual([]);
  const events = [...readFileSync(join(root, "packages/core/src/events.ts"), "utf8").matchAll(/^ {2}readonly type: "([\w-]+)"/gm)];
  expect(events.length).toBeGreaterThan(10);
  expect(
    missing(
      "reference/events",
      events.map(([, type = ""]) => `## ${type}\n`),
    ),
  ).toEqual([]);
  // Values that a page has no words for.
  for (const place of ["commands", "configuration", "built-in", "errors", "events", "contracts"])
    expect(pageAt(`reference/${place}`), place).not.toMatch(/\[object|^\|(?:.* )?(?:undefined|NaN) \|/m);

  const keys = new Set(Object.keys(configSchema.shape));
  const page =
    "```sh\nbenn train --set members=2 nets=3   # no such key\nbenn tarin\nnpm run benn -- eval runs/X --sort vote\nbenn runs --sort vote | head\n```\n";
  expect(wrongCommands(new Map([["a", page]]), program, keys)).toEqual([
    "a: train --set members=2 nets=3: the configuration has no key nets",
    "a: tarin: there is no command tarin",
    "a: eval runs/X --sort vote: eval has no option --sort",
  ]);
  expect(commandLines(page)).toHaveLength(4);
});

test.for(
  collectExamples()
    .filter(({ name }) => !needsMore.has(name))
    .map(({ name, page }) => [name, page] as const),
)("the example %s of %s runs", ([name]) => {
  expect(ran.get(name)?.error).toBeUndefined();
  expect(ran.has(name)).toBe(true);
});

test.for([
  ["README-1", /^1 \{ hard: 0\.\d+, .*\n2 \{ hard: /],
  ["README-2", /^[a-z]+$/],
  ["README-3", /^registers my-boost\naccept true 2,2$/],
  ["docs-plugins-3", /^registers my-boost\naccept true 2,2$/],
  ["docs-applications-1", /^1 \{ hard: .*\n2 \{ hard: .*\nfinished (?:0|0\.\d+)\n[a-z]+$/],
  ["docs-applications-2", /runs\/arrays$/],
  ["docs-how-to-1", /^registers my-net\nmy-net finished$/],
  ["packages-analysis-1", /^0\.427 0\.489\n0\.\d+$/],
  ["packages-cli-ink-1", /^1 \{ hard: .*\n2 \{ hard: .*\n(?:0|0\.\d+)$/],
  ["packages-data-cifar-1", /3600 400 1000/],
  ["packages-data-kit-1", /^6 2 standardize$/],
  ["packages-ensemble-bagging-1", /rows: Int32Array\(6\)/],
  ["packages-ensemble-boost-1", /alpha: 1\.64/],
  ["packages-ensemble-deep-1", /rows: Int32Array\(6\) \[ 0, 1, 2, 3, 4, 5 \]/],
  ["packages-losses-1", /0\.0126928/],
  ["packages-optimizers-1", /0\.905/],
  ["packages-packed-1", /of 2 members/],
  ["packages-schedules-1", /0\.005868/],
  ["packages-vote-1", /Float64Array\(3\)/],
] as const)("the example %s prints what its page says", ([name, prints]) => {
  expect(ran.get(name)?.printed).toMatch(prints);
});

test("only examples that are there are excused from running", () => {
  const names = new Set(collectExamples().map(({ name }) => name));
  expect([...needsMore.keys()].filter((name) => !names.has(name))).toEqual([]);
});
