import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benn, newFolder } from "./benn.ts";

test("verify trains a run again without its weights, ends with 0 for the same bytes and 1 for others, and leaves nothing behind", async () => {
  const cwd = newFolder();
  const settings = ["name=a", "members=1", "epochs=1", "architecture.width=0.0625", "dataset.trainRows=100", "dataset.testRows=100"];
  expect((await benn(["train", "--set", ...settings, "--ui", "plain"], { cwd })).code).toBe(0);
  const member = join(cwd, "runs/a/members/000");
  for (const name of readdirSync(member)) if (name !== "member.json") rmSync(join(member, name));
  const same = await benn(["verify", "runs/a"], { cwd });
  expect(same.stderr).toBe("");
  expect(same.code).toBe(0);
  expect(same.stdout).toContain("member 1, trained from the beginning: the same bytes");
  expect(same.stdout).toMatch(/^ {2}same {5}weights\.bin {2}[0-9a-f]{16}…$/m);

  const experiment = join(cwd, "runs/a/experiment.json");
  writeFileSync(experiment, readFileSync(experiment, "utf8").replace('"seed": 0', '"seed": 1'));
  const differs = await benn(["verify", "runs/a", "--json"], { cwd });
  expect(differs.code).toBe(1);
  const { same: isSame, members } = JSON.parse(differs.stdout) as { same: boolean; members: { differences: { what: string }[] }[] };
  expect(isSame).toBe(false);
  expect(members[0]?.differences.map(({ what }) => what)).toContain("weights.bin");
});
