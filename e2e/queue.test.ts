// Whole commands with a real server: runs that are trained by workers in other processes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { folderBytes } from "../packages/core/src/node/folder-bytes.ts";
import { hasRedis, startRedis, type TestServer } from "../packages/queue/test/redis-server.ts";
import { benn, newFolder, start } from "./benn.ts";
import { quick } from "./quick.ts";

describe.runIf(hasRedis)("on a server", () => {
  let server: TestServer;
  let place: { cwd: string; env: Record<string, string> };
  beforeAll(async () => {
    server = await startRedis();
    place = { cwd: newFolder(), env: { BENN_QUEUE_URL: server.url } };
  });
  afterAll(() => server.close());

  test("a run trained by workers, the first of which is ended within a member, comes to the bytes of one machine", async () => {
    const config = [...quick, "scheme=bagging", "mode=independent", "name=queued", "--ui", "json"];
    const [one, many, store] = [newFolder(), newFolder(), newFolder()];
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
    }
  });

  test("a sweep of a chain over seeds is trained by a worker to the bytes of one machine, and is not trained again", async () => {
    const settings = [...quick, "scheme=samme", "mode=sequential", "epochs=1"];
    const worker = start(["worker", "--data", inject("photographs"), "--json", "--name", "gamma"], place);
    try {
      await worker.shows('"kind":"ready"');
      const command = ["sweep", ...settings, "--seeds", "1..2", "--out", "swept", "--data", inject("photographs")];
      const first = await benn([...command, "--report", "all.html"], place);
      expect(first, first.stderr).toMatchObject({ code: 0 });
      for (const line of [
        /^run-seed-1: trains on gamma$/m,
        /^run-seed-2: done on gamma$/m,
        /^run-seed-1 +finished +2\/2/m,
        /^Votes over seeds$/m,
      ])
        expect(first.stdout).toMatch(line);
      expect(existsSync(join(place.cwd, "all.html"))).toBe(true);
      const alone = newFolder();
      expect(await benn(["train", ...settings, "seed=2", "name=run-seed-2", "--ui", "json"], { cwd: alone })).toMatchObject({ code: 0 });
      const [swept, trained] = [await folderBytes(join(place.cwd, "swept/run-seed-2")), await folderBytes(join(alone, "runs/run-seed-2"))];
      delete swept["experiment.json"]; // tells which form the backend chose on the worker's machine
      delete trained["experiment.json"];
      expect(swept).toEqual(trained);
      const again = await benn(command, place);
      expect(again.stdout).toContain("2 of 2 runs are trained already.");
      expect(again.stdout).not.toContain("trains on");
      const { stdout } = await benn(["queue", "--json"], place);
      expect(JSON.parse(stdout)).toMatchObject([{ isPaused: false, jobs: [] }]);
      // Workers of the tests before were killed, and are listed until their keys expire.
      expect(stdout).toContain('"name": "gamma"');
    } finally {
      worker.child.kill("SIGKILL");
    }
  });
});

test("an address that is none, is not safe, or where no server is, is told in a sentence", async () => {
  const cwd = newFolder();
  for (const [args, words] of [
    [["worker", "--on", "http://somewhere"], "http://somewhere is no address of a queue"],
    [["worker"], "BENN_QUEUE_URL is not set"],
    [["queue", "--on", "redis://queue.example.org"], "has no password"],
  ] as const) {
    const { code, stderr } = await benn(args, { cwd, env: { BENN_QUEUE_URL: "" } });
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  }
});
