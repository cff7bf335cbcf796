// A run packed into one file, and the file in use, each by its command.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { benn, newFolder, root } from "./benn.ts";
import { png } from "./png.ts";
import { quick } from "./quick.ts";

const cwd = newFolder();
beforeAll(async () => {
  const { code, stderr } = await benn(["train", ...quick, "name=run"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  for (const [name, blue] of [
    ["sky.png", 250],
    ["night.png", 30],
  ] as const)
    writeFileSync(
      join(cwd, name),
      png(40, 30, (x, y) => [2 * x, 3 * y, blue]),
    );
});

test("export writes one small file and says what each layer takes in it", async () => {
  const { code, stdout, stderr } = await benn(["export", "runs/run", "--out", "model.benn"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/nin, 2 of 2 members/);
  expect(stdout).toMatch(/conv3_bn .* folded\n/);
  expect(stdout).toMatch(/model\.benn: 2 members in [\d.]+ kB; in float32: [\d.]+ kB \(\d+\.\d×\)/);
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(/It has no temperature, .*, and the run has none\. Train with validation=0\.1\./);
  const json = await benn(["export", "runs/run", "--json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({
    file: "run.benn",
    bytes: statSync(join(cwd, "run.benn")).size,
    members: 2,
    warnings: [],
  });
});

test("predict gives each picture a class, as a table or a line of JSON with every member's vote", async () => {
  const { code, stdout, stderr } = await benn(["predict", "model.benn", "sky.png", "night.png"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout.split("\n")).toHaveLength(4);
  expect(stdout).toMatch(/sky\.png +\w+ +[012] of 2 +2 of 2 +[\d.]+/);
  const json = await benn(["predict", "model.benn", "sky.png", "--json", "--voter", "hard", "--anytime"], { cwd });
  const answer = JSON.parse(json.stdout) as { ran: number; scores: number[]; votes: unknown[] };
  expect(answer).toMatchObject({ picture: "sky.png", members: 2 });
  expect(answer.scores).toHaveLength(10);
  expect(answer.votes).toHaveLength(answer.ran);
});

test("what the votes of a run with held-out rows are worth travels in its file", async () => {
  expect((await benn(["train", ...quick, "name=held", "validation=0.25"], { cwd })).code).toBe(0);
  const exported = await benn(["export", "runs/held", "--out", "held.benn"], { cwd });
  expect(exported.stderr).toBe("");
  const said = exported.stdout.replaceAll(/\s+/g, " ");
  expect(said).toMatch(/Calibration: temperature [\d.]+, fitted on 30 held-out samples; prediction sets on 30\. /);
  expect(said).toMatch(/The held-out samples were used before, .*: the temperature was fitted on them\./);
  const { code, stdout, stderr } = await benn(["predict", "held.benn", "sky.png", "--coverage", "0.8", "--json"], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain("sets of held.benn may contain the right class slightly less often");
  const answer = JSON.parse(stdout) as { probabilities: number[]; likeliest: unknown[]; set: { class: number }[]; class: number };
  expect([answer.probabilities.length, answer.likeliest.length, answer.set[0]?.class]).toEqual([10, 3, answer.class]);
  const plain = await benn(["export", "runs/held", "--no-trust", "--json"], { cwd });
  expect(JSON.parse(plain.stdout)).toMatchObject({ trust: "It says nothing of how far its votes can be trusted, as asked." });
});

test("demo export writes the page with the model to a folder", async () => {
  const { code, stdout, stderr } = await benn(["demo", "export", "site", "--model", "model.benn"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^site: put it on any web server/);
  expect(readFileSync(join(cwd, "site/model.benn"))).toEqual(readFileSync(join(cwd, "model.benn")));
  // The page that examples/browser/browser.test.ts serves from a subfolder of a site is this one.
  const built = join(root, "examples/browser/dist");
  for (const path of readdirSync(built, { recursive: true, encoding: "utf8" })) {
    if (path === "model.benn" || !statSync(join(built, path)).isFile()) continue;
    expect(readFileSync(join(cwd, "site", path)).equals(readFileSync(join(built, path))), path).toBe(true);
  }
  const page = readFileSync(join(cwd, "site/index.html"), "utf8");
  for (const [, path = ""] of page.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)) expect(existsSync(join(cwd, "site", path)), path).toBe(true);
});

test.for<[string, string[], RegExp]>([
  ["a run that is none", ["export", "nowhere"], /nowhere/],
  ["a model that is none", ["predict", "sky.png", "sky.png"], /sky\.png: has a header of .* not a \.benn file/],
  ["a vote that is none", ["export", "runs/run", "--voter", "loud"], /hard, soft, softmax/],
])("%s is a mistake, named in a sentence", async ([, args, message]) => {
  const { code, stderr } = await benn(args, { cwd });
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test("a picture that is none is named, and the others are answered", async () => {
  const { code, stdout, stderr } = await benn(["predict", "model.benn", "model.benn", "sky.png"], { cwd });
  expect(stderr).toMatch(/^benn: model\.benn cannot be read as a picture: it is a safetensors file\. Give PNG, JPEG or WebP\.$/m);
  expect(stdout).toMatch(/^sky\.png/m);
  expect(code).toBe(1);
});
