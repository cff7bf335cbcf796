// benn runs, and benn watch of several: the files afterwards, and the messages.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { benn, newFolder } from "./benn.ts";
import { quick } from "./quick.ts";

const cwd = newFolder();

beforeAll(async () => {
  for (const name of ["one", "two"]) {
    const { code, stderr } = await benn(["train", ...quick, "epochs=1", `seed=${name === "one" ? 1 : 2}`, `name=${name}`], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
  }
});

test("runs are listed, labelled, filtered, and pruned only when that is confirmed", async () => {
  const listed = await benn(["runs", "--json"], { cwd });
  expect((JSON.parse(listed.stdout) as { name: string; status: string }[]).map(({ name, status }) => [name, status])).toEqual([
    ["two", "finished"],
    ["one", "finished"],
  ]);
  expect((await benn(["runs", "tag", "runs/one", "keep", "-draft"], { cwd })).stdout).toBe("runs/one: keep\n");
  expect((await benn(["runs", "note", "runs/two", "too", "slow"], { cwd })).stdout).toBe("runs/two: too slow\n");
  const found = await benn(["runs", "--filter", "seed=2"], { cwd });
  expect(found.stdout).toMatch(/^two +finished +2\/2 /m);
  expect(found.stdout).not.toMatch(/^one /m);
  const shown = await benn(["runs", "prune", "--state", "finished"], { cwd });
  expect(shown.stdout).toContain("Would delete 1 run");
  expect(readdirSync(join(cwd, "runs")).toSorted()).toEqual(["one", "two"]);
  const compared = await benn(["watch", "runs/one", "runs/two", "--ui", "plain"], { cwd });
  expect(compared.stdout).toMatch(/^seed +1 +2$/m);
  expect((await benn(["runs", "prune", "--state", "finished", "--yes"], { cwd })).stdout).toContain("Deleted 1 run");
  expect(existsSync(join(cwd, "runs", "two"))).toBe(false);
  expect(existsSync(join(cwd, "runs", "one", "experiment.json"))).toBe(true);
});

test("mistakes end with 2 and a sentence", async () => {
  for (const [args, message] of [
    [["runs", "nowhere"], "the folder nowhere does not exist"],
    [["runs", "--sort", "colour"], "argument 'colour' is invalid. Allowed choices are name, began"],
    [["runs", "prune"], "says not what to delete"],
    [["runs", "tag", "runs/none", "x"], "is no run"],
  ] as const) {
    const { code, stderr } = await benn(args, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  }
});
