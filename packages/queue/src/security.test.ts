// Safe by default, on real servers: passwords, TLS, rights, and what the server keeps when its memory is full.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@benn/core/tensorflow";
import { UserError } from "@benn/core";
import { resolveConfig, toyContainer } from "@benn/core/internals";
import { portableConfig } from "@benn/core/node";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRedis, startRedis, type TestServer } from "../test/redis-server.ts";
import { startToyWorker } from "../test/toy-worker.ts";
import { queueRuns } from "./coordinator/queue-runs.ts";
import { listQueues } from "./manage/list-queues.ts";
import { checkServer, connect, withoutPassword } from "./redis-connection.ts";

/** As docs/queue.md gives it. */
const RIGHTS = ["~benn:*", "&benn:*", "+@all", "-@dangerous", "-@admin", "+info", "+client|setname"];
const SECRET = "s3cret-of-the-queue";

test("a server of another machine needs a password, unless it is asked for without", () => {
  for (const url of ["redis://queue.example.org", "rediss://10.0.0.7:6379", "redis://user@127.0.0.1.example.org"])
    expect(() => connect({ url }, () => {})).toThrow(/is another machine, and the address has no password.*BENN_QUEUE_URL.*--insecure/);
  for (const place of [
    { url: "redis://127.0.0.1:1" },
    { url: "redis://localhost:1" },
    { url: "redis://[::1]:1" },
    { url: "redis://:secret@10.255.255.1:1" },
    { url: "redis://10.255.255.1:1", insecure: true },
  ])
    connect(place, () => {}).disconnect();
});

test("messages never show a password, whatever is in it", () => {
  expect(withoutPassword("rediss://user:pa@ss/wo@rd@host:7/1")).toBe("rediss://host:7/1");
  expect(withoutPassword("redis://host")).toBe("redis://host");
  expect(() => connect({ url: "http://:secret@host" }, () => {})).toThrow(/^--on: http:\/\/host is no address/);
});

test("a certificate file is for addresses that encrypt, and has to be there", () => {
  expect(() => connect({ url: "redis://localhost", ca: "ca.pem" }, () => {})).toThrow("--ca: is for a server that encrypts");
  expect(() => connect({ url: "rediss://localhost", ca: "/nowhere/ca.pem" }, () => {})).toThrow("/nowhere/ca.pem");
});

describe.runIf(hasRedis)("on a server", () => {
  let folder: string;
  let server: TestServer;
  let url: string;
  let ca: string;

  beforeAll(async () => {
    await tf.setBackend("cpu");
    folder = await mkdtemp(join(tmpdir(), "benn-tls-"));
    ca = join(folder, "ca.pem");
    makeCertificates(folder);
    const certificates = [
      "--tls-cert-file",
      join(folder, "server.pem"),
      "--tls-key-file",
      join(folder, "server.key"),
      "--tls-ca-cert-file",
      ca,
    ];
    const users = ["--user", "benn", "on", `>${SECRET}`, ...RIGHTS, "--user", "default", "off"];
    server = await startRedis((port) =>
      ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no"].concat(certificates, users),
    );
    url = `rediss://benn:${SECRET}@localhost:${server.port}`;
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("a run is trained over TLS by a user with no more rights than the documented ones, and the password is nowhere", async () => {
    const container = toyContainer();
    const said: unknown[] = [];
    const worker = await startToyWorker({ url, ca, className: "safe", onNews: (news) => said.push(news) });
    const config = { dataset: { name: "blobs", rows: 48 }, members: 2, epochs: 1, batchSize: 16, name: "secret-free" } as const;
    const place = join(folder, "runs/secret-free");
    const kept: string[] = [];
    const outcomes = await queueRuns(
      [{ name: "secret-free", config: portableConfig(resolveConfig(config, container), container), folder: place }],
      { url, ca, classOf: async () => ({ name: "safe", form: {} }), snapshotSeconds: 0, lookSeconds: 1, onNews: (news) => said.push(news) },
    );
    expect(outcomes.get("secret-free")).toMatchObject({ state: "done" });
    expect(await listQueues({ url, ca })).toMatchObject([{ className: "safe", workers: [{}] }]);
    await worker.close();
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) kept.push((await readFile(join(entry.parentPath, entry.name))).toString("latin1"));
    expect(kept.length).toBeGreaterThan(3);
    kept.push(JSON.stringify(said));
    for (const text of kept) expect(text).not.toContain(SECRET);
    expect(said.filter((news) => JSON.stringify(news).includes("trouble"))).toEqual([]);
  });

  test("another certificate, no certificate, and another password are told in a sentence without the password", async () => {
    await expect(checkServer({ url })).rejects.toThrow(/cannot be reached: .*certificate.*--ca FILE/);
    const wrong = `rediss://benn:guessed-${SECRET}@localhost:${server.port}`;
    const error: unknown = await checkServer({ url: wrong, ca }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(/^rediss:\/\/localhost:\d+: cannot be reached: WRONGPASS/);
    expect((error as Error).message).not.toContain("guessed");
  });

  test("a server that may throw keys away is refused", async () => {
    const forgetful = await startRedis(() => ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]);
    try {
      await expect(checkServer({ url: forgetful.url })).rejects.toThrow(/maxmemory-policy allkeys-lru.*Set maxmemory-policy noeviction/);
      const connection = new Redis(forgetful.url);
      await connection.config("SET", "maxmemory-policy", "noeviction");
      connection.disconnect();
      await checkServer({ url: forgetful.url });
    } finally {
      await forgetful.close();
    }
  });
});

/** An authority, and a certificate of localhost that it signed. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]): void => {
    const { status, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority of a test", "-days", "2");
  openssl(
    "req",
    ...key,
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost",
  );
  openssl(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-out",
    "server.pem",
    "-days",
    "2",
    "-copy_extensions",
    "copy",
  );
}
