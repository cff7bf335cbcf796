// The command as in a checkout without pnpm: npm run benn, from any folder.
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { newFolder, root, runNode } from "./benn.ts";
import { quick } from "./quick.ts";
import { openTerminal } from "./terminal.ts";

test("paths begin where the user is, and hints name the command as it works there", async () => {
  const cwd = newFolder();
  writeFileSync(join(cwd, "here.json"), JSON.stringify({ members: 3 }));
  const bootstrap = [join(root, "scripts/bootstrap.mjs"), "benn", "train"];
  const found = await runNode([...bootstrap, "here.json", "--dry-run"], { cwd: root, env: { INIT_CWD: cwd } });
  expect(found.code).toBe(0);
  expect(found.stdout).toContain("Ensemble of 3");
  const trained = await runNode([...bootstrap, ...quick, "epochs=1", "name=here"], { cwd: root, env: { INIT_CWD: cwd } });
  expect(trained.code).toBe(0);
  expect(trained.stdout).toContain(`npm --prefix "${root}" run benn -- watch runs/here`);
  expect(existsSync(join(cwd, "runs/here/experiment.json"))).toBe(true);
});

test("Ctrl-C is the program's, which saves: npm waits for it and ends with its exit code", async () => {
  const cwd = newFolder();
  const line = `trap : INT; npm --prefix '${root}' run --silent benn -- train ${quick.join(" ")} epochs=200 name=npm; echo $? >code`;
  const terminal = openTerminal(line, cwd);
  const log = join(cwd, "runs/npm/events.jsonl");
  while (!existsSync(log) || !(await readFile(log, "utf8")).includes('"type":"epoch"')) await wait(50);
  terminal.type("\u0003");
  await terminal.closed;
  expect(await readFile(join(cwd, "code"), "utf8")).toBe("130\n");
  expect(existsSync(join(cwd, "runs/npm/checkpoint/latest.safetensors"))).toBe(true);
  expect(existsSync(join(cwd, "runs/npm/lock.json"))).toBe(false);
});
