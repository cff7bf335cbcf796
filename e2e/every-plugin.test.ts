// A plugin of each kind, in a folder outside the repository, is used in everything: training, votes, dashboard, export, prediction.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { benn, newFolder, root } from "./benn.ts";
import { png } from "./png.ts";

const cwd = newFolder();
const plugin = ["--plugin", "./plugin.ts"];
const member = (index: number): { readonly alpha: number; readonly metrics: Readonly<Record<string, { readonly test: number }>> } =>
  JSON.parse(readFileSync(join(cwd, `runs/stripes/members/00${index}/member.json`), "utf8")) as never;

beforeAll(async () => {
  copyFileSync(join(import.meta.dirname, "every-plugin/plugin.ts"), join(cwd, "plugin.ts"));
  const { code, stdout, stderr } = await benn(["train", ...plugin, "--preset", "stripes", "--set", "name=stripes"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain("share missed");
});

test("benn plugins, presets and schema list it", async () => {
  const listed = await benn(["plugins", ...plugin, "--json"], { cwd });
  const all = JSON.parse(listed.stdout) as { plugin: string; contract: string }[];
  const own = all.filter(({ plugin }) => plugin === "every-kind");
  // benn itself registers something under every contract, so a contract that this plugin lacks is detected here.
  expect(new Set(own.map(({ contract }) => contract))).toEqual(new Set(all.map(({ contract }) => contract)));
  expect((await benn(["presets", ...plugin], { cwd })).stdout).toContain("everything of this plugin at once");
  expect((await benn(["schema", ...plugin], { cwd })).stdout).toContain("share of the velocity that a step keeps");
});

test("it trains: the scheme's vote weights, the rule's, the schedule's and the metric's numbers stand in the run", () => {
  const { config } = JSON.parse(readFileSync(join(cwd, "runs/stripes/experiment.json"), "utf8")) as { config: Record<string, unknown> };
  expect(config).toMatchObject({
    scheme: { name: "double" },
    optimizer: [{ name: "momentum", momentum: 0.9 }, { name: "adam" }],
    loss: { name: "smoothed", smoothing: 0.1 },
  });
  const log = readFileSync(join(cwd, "runs/stripes/events.jsonl"), "utf8").trim().split("\n");
  const events = log.map((line) => JSON.parse(line) as { type: string; learningRate?: number; metrics?: Record<string, unknown> });
  const rates = events.filter(({ type }) => type === "epoch").map(({ learningRate }) => learningRate);
  for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(0.02 * (1 - ((i % 4) + 5 / 6) / 4), 12);
  for (const index of [0, 1]) {
    const { alpha, metrics } = member(index);
    expect(alpha).toBeGreaterThan(0);
    expect(metrics["missed"]!.test).toBeCloseTo(1 - metrics["accuracy"]!.test, 12);
  }
  expect(member(1).metrics["accuracy"]!.test).toBeGreaterThan(0.5); // chance is a third
  expect(readFileSync(join(cwd, "runs/stripes/counter.txt"), "utf8").trim().split("\n")).toEqual(events.map(({ type }) => type));
});

test("it votes again, by its own voter and metric", async () => {
  const { code, stdout, stderr } = await benn(["eval", "runs/stripes", "--again", ...plugin], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain("squared");
  expect(stdout).toContain("share missed");
  expect(stdout).toContain("Every member gives every image the class that was stored when it was trained.");
});

test("it is shown: in plain lines, and on the dashboard of a terminal", async () => {
  const plain = await benn(["watch", "runs/stripes", "--ui", "plain"], { cwd });
  expect(plain.stdout).toContain("share missed");
  const screen = await dashboard("runs/stripes");
  expect(screen).toMatch(/share missed/i);
  expect(screen).toContain("squared");
  expect(screen).toContain("9 my-epochs"); // the key is the next one that is free
});

/** Everything that `benn watch` draws in a terminal of 160 × 50 until it is quit. */
async function dashboard(run: string): Promise<string> {
  const command = `stty cols 160 rows 50; ${process.execPath} ${join(root, "packages/cli-ink/dist/benn.js")} watch ${run} ${plugin.join(" ")} --ui ink`;
  const terminal = spawn("script", ["-qec", command, "/dev/null"], { cwd, env: { ...process.env, TERM: "xterm" } });
  let drawn = "";
  terminal.stdout.on("data", (bytes: Buffer) => {
    drawn += bytes.toString();
  });
  // A key that arrives before the dashboard listens is lost.
  const quitting = setInterval(() => drawn.includes("squared") && drawn.includes("my-epochs") && terminal.stdin.write("q"), 300);
  await once(terminal, "close");
  clearInterval(quitting);
  return stripVTControlCharacters(drawn);
}

test("it is exported and predicted with: the file takes pictures and gives the run's votes", async () => {
  const exported = await benn(["export", "runs/stripes", ...plugin, "--out", "stripes.benn", "--verify"], { cwd });
  expect(exported.stderr).toBe("");
  expect(exported.stdout).toMatch(/verified on 48 test images, given as pictures/);
  expect(exported.code).toBe(0);
  for (const [label, lit] of [
    ["across", (_x: number, y: number) => y % 2],
    ["down", (x: number) => x % 2],
  ] as const) {
    const byte = (x: number, y: number, channel: number): number => (lit(x, y) * 150 + 17 * 3000 + 29 * channel + 5 * x) % 256;
    writeFileSync(
      join(cwd, `${label}.png`),
      png(8, 8, (x, y) => [byte(x, y, 0), byte(x, y, 1), byte(x, y, 2)]),
    );
  }
  const { code, stdout, stderr } = await benn(["predict", "stripes.benn", "across.png", "down.png", "--json"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { label: string; votes: { logits: number[] }[] });
  for (const { label, votes } of answers) {
    const scores = [0, 1, 2].map((k) => votes.reduce((sum, { logits }, m) => sum + member(m).alpha ** 2 * logits[k]!, 0));
    expect(label).toBe(["across", "down", "both"][scores.indexOf(Math.max(...scores))]);
  }
});

test("a checkpoint of another framework is read by its key map", async () => {
  copyFileSync(join(root, "golden/fixtures/pth/legacy_nin.pth.tar"), join(cwd, "0.pth.tar"));
  const settings = ["--set", "architecture=my-nin", "dataset.trainRows=120", "dataset.testRows=60"];
  const { code, stdout, stderr } = await benn(["import-torch", "0.pth.tar", ...plugin, ...settings, "--dry-run"], { cwd });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/xnor\.0\.weight +\[48, 3, 5, 5\] +first\/kernel +\[5, 5, 3, 48\]/);
  expect(stdout).toMatch(/xnor\.3\.conv\.weight +\S.* a\/kernel/);
});

test("a layer that does not say how it is packed is refused before training, by --dry-run too, unless that is asked for", async () => {
  const source = readFileSync(join(cwd, "plugin.ts"), "utf8");
  writeFileSync(join(cwd, "closed.ts"), source.replace("async lower(", "async lowered("));
  const closed = ["train", "--plugin", "./closed.ts", "--preset", "stripes", "--set", "name=closed", "epochs=1", "members=1"];
  for (const args of [closed, [...closed, "--dry-run"]]) {
    const { code, stderr } = await benn(args, { cwd });
    expect(stderr).toMatch(/^benn: export: layer scale1 \(Scale\) .*lower.* To train what cannot be exported, set exportable=false\.\n$/);
    expect(code).toBe(2);
  }
  expect(readdirSync(join(cwd, "runs"))).toEqual(["stripes"]);
  const trained = await benn([...closed, "exportable=false"], { cwd });
  expect(trained.stderr).toBe("");
  expect(trained.code).toBe(0);
  expect((await benn(["export", "runs/closed", "--plugin", "./closed.ts"], { cwd })).code).toBe(2);
});
