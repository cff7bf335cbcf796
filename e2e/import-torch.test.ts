// PyTorch checkpoints become ordinary runs, and bad ones leave nothing behind.
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benn, newFolder, root, start } from "./benn.ts";

const checkpoint = join(root, "golden/fixtures/pth/legacy_nin.pth.tar");
const recipe = [
  "--preset",
  "cifar10-sb-bagging-seq",
  "--set",
  "dataset.source=sample",
  "architecture.width=0.25",
  "dataset.trainRows=120",
  "dataset.testRows=60",
];

/** A folder with a folder of checkpoints in it. */
function withModels(...names: readonly string[]): string {
  const cwd = newFolder();
  mkdirSync(join(cwd, "models"));
  for (const name of names) copyFileSync(checkpoint, join(cwd, "models", name));
  return cwd;
}

test.concurrent("a folder of checkpoints becomes a run that is scored and watched like any other", async () => {
  const cwd = withModels("10.pth.tar", "9.pth.tar");
  const { code, stdout, stderr } = await benn(["import-torch", "models", ...recipe, "name=published"], { cwd });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^published: 2 × nin width=0\.25, bagging/m);
  expect(stdout).toMatch(/^vote of 2: accuracy [\d.]+ % \(soft\)/m);
  expect(stdout).toContain("The run is in runs/published");
  expect(code).toBe(0);
  const scored = await benn(["eval", "runs/published", "--again"], { cwd });
  expect(scored.stdout).toContain("Every member gives every image the class that was stored when it was trained.");
  expect(scored.code).toBe(0);
  const watched = await benn(["watch", "runs/published", "--ui", "plain"], { cwd });
  expect(watched.stdout).toMatch(/^member 2\/2 done: /m);
});

test.concurrent("--dry-run shows where each weight would go, and writes nothing", async () => {
  const cwd = withModels("0.pth.tar");
  const { code, stdout } = await benn(["import-torch", "models", ...recipe, "--dry-run"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}1 +models\/0\.pth\.tar +nin width=0\.25 +by the scheme +best_acc 71\.25$/m);
  expect(stdout).toMatch(/^ {2}module\.xnor\.0\.weight +\[48, 3, 5, 5\] +conv1\/kernel +\[5, 5, 3, 48\]$/m);
  const json = await benn(["import-torch", "models", ...recipe, "--dry-run", "--json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ members: [{ path: "models/0.pth.tar", facts: { best_acc: 71.25 } }] });
  expect(readdirSync(cwd)).toEqual(["models"]);
});

test.concurrent("a checkpoint that would run a command is refused by the command's name, and leaves nothing", async () => {
  const cwd = withModels("0.pth.tar");
  const magic = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");
  const harm = Buffer.from('\x80\x02M\xe9\x03.\x80\x02}(X\r\0\0\0little_endian\x88u.\x80\x02cos\nsystem\n(S"touch owned"\ntR.', "latin1");
  writeFileSync(join(cwd, "models", "1.pth.tar"), Buffer.concat([magic, harm]));
  const { code, stderr } = await benn(["import-torch", "models", ...recipe], { cwd });
  expect(stderr).toMatch(/^benn: models\/1\.pth\.tar: its pickle names "os\.system", which no state dict needs/);
  expect(code).toBe(2);
  expect(readdirSync(cwd)).toEqual(["models"]);
});

test.concurrent("keys that do not fit are listed, and a key map is named as the remedy", async () => {
  const cwd = withModels("0.pth.tar");
  const { code, stderr } = await benn(["import-torch", "models", "--preset", "cifar10-ab-bagging-seq", "--set", "dataset.source=sample"], {
    cwd,
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^benn: models\/0\.pth\.tar: does not fit allbinnet: \d+ missing, \d+ extra/);
  expect(stderr).toContain("--key-map");
  expect(stderr).toMatch(/^ {2}extra +module\.xnor\.0\.weight \[48, 3, 5, 5\]$/m);
});

test.concurrent("Ctrl-C stops an import and leaves nothing", async () => {
  const cwd = withModels("0.pth.tar");
  const running = start(
    ["import-torch", "models", "--preset", "cifar10-sb-bagging-seq", "--set", "dataset.source=sample", "architecture.width=0.25"],
    { cwd },
  );
  await running.shows("soft vote");
  running.child.kill("SIGINT");
  const { code, stderr } = await running.finished;
  expect(stderr).toBe("Stopped; nothing was written.\n");
  expect(code).toBe(130);
  expect(readdirSync(join(cwd, "runs"))).toEqual([]);
});
