// Whole commands with a real server: a run whose members are trained by workers in other processes.
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { folderBytes } from "../packages/core/src/node/folder-bytes.ts";
import { startRedis } from "../packages/queue/test/redis-server.ts";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

const config = [...quick, "scheme=bagging", "mode=independent", "name=queued", "--ui", "json"];

test("a run trained by workers, the first of which is ended within a member, comes to the bytes of one machine", async () => {
  const server = await startRedis();
  const [one, many, store] = [newFolder(), newFolder(), newFolder()];
  const place = { cwd: newFolder(), env: { BENN_QUEUE_URL: server.url } };
  const worker = (name: string) =>
    start(["worker", "--on", "--store", store, "--data", inject("photographs"), "--json", "--name", name], place);
  const alpha = worker("alpha");
  let beta: ReturnType<typeof worker> | undefined;
  try {
    await alpha.shows('"kind":"ready"');
    const run = start(["train", ...config, "--on", "--store", store], { ...place, cwd: many });
    await run.shows('"type":"step"');
    beta = worker("beta");
    alpha.child.kill("SIGTERM");
    expect(await alpha.finished).toMatchObject({ code: 0 });
    expect(await run.finished).toMatchObject({ code: 0 });
    await beta.shows('"kind":"done"');
    expect(await benn(["train", ...config], { cwd: one })).toMatchObject({ code: 0 });
    expect(await folderBytes(join(many, "runs/queued"))).toEqual(await folderBytes(join(one, "runs/queued")));
  } finally {
    for (const running of [alpha, beta]) running?.child.kill("SIGKILL");
    await server.close();
  }
});

test("an address that is none, or where no server is, is told in a sentence", async () => {
  const cwd = newFolder();
  for (const [args, words] of [
    [["worker", "--on", "http://somewhere"], "http://somewhere is no address of a queue"],
    [["worker"], "BENN_QUEUE_URL is not set"],
  ] as const) {
    const { code, stderr } = await benn(args, { cwd, env: { BENN_QUEUE_URL: "" } });
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  }
});
