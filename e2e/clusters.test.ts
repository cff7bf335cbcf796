// The commands of docs/clusters.md for schedulers: a task for each member, stopped and restarted as schedulers do, then one that collects.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderBytes } from "../packages/core/src/node/folder-bytes.ts";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

const config = [...quick, "scheme=bagging", "mode=independent", "epochs=3", "name=apart"];

test("members trained as tasks of a scheduler, one of them ended by SIGTERM and requeued, come to the bytes of one machine", async () => {
  const [one, shared] = [newFolder(), newFolder()];
  expect(await benn(["train", ...config, "--ui", "plain"], { cwd: one })).toMatchObject({ code: 0 });

  const prepared = await benn(["train", ...config, "--prepare"], { cwd: shared });
  expect(prepared).toMatchObject({ code: 0, stderr: "" });
  expect(prepared.stdout).toContain("train --resume runs/apart --member N --into DIR");
  const task = (member: number): string[] => ["train", "--resume", "runs/apart", "--member", String(member), "--into", "members"];

  const first = start([...task(0), "--ui", "json"], { cwd: shared });
  await first.shows('"type":"step"');
  first.child.kill("SIGTERM");
  const stopped = await first.finished;
  expect(stopped).toMatchObject({ code: 75 });
  expect(stopped.stderr).toContain("SIGTERM: stopping after this batch and saving");
  expect(await readdir(join(shared, "members/000"))).toEqual(["checkpoint.safetensors"]);

  expect(await benn(task(1), { cwd: shared })).toMatchObject({ code: 0 });
  const early = await benn(["collect", "runs/apart", "members"], { cwd: shared });
  expect(early).toMatchObject({ code: 75 });
  expect(early.stderr).toContain("member 0, which is not in members yet");

  // A mistake has its own exit code, on which a scheduler does not restart the task.
  const mistake = await benn(task(2), { cwd: shared });
  expect(mistake).toMatchObject({ code: 2 });
  expect(mistake.stderr).toContain("has no member 2. It has 2, counted from 0.");
  expect(await benn(["train", "--member", "0"], { cwd: shared })).toMatchObject({ code: 2 });

  const requeued = await benn([...task(0), "--ui", "json"], { cwd: shared });
  expect(requeued).toMatchObject({ code: 0 });
  expect(requeued.stdout, "it goes on where it was stopped").not.toContain('"type":"member-start"');
  const collected = await benn(["collect", "runs/apart", "members"], { cwd: shared });
  expect(collected).toMatchObject({ code: 0, stderr: "The run is in runs/apart\n" });
  expect(await folderBytes(join(shared, "runs/apart"))).toEqual(await folderBytes(join(one, "runs/apart")));
});
