import { createServer, type Server } from "node:http";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasRedis, startRedis, type TestServer } from "../../test/redis-server.ts";
import { BlobError, type BlobPlace, blobStore } from "./blob-store.ts";
import { folderPlace } from "./folder-place.ts";
import { redisPlace } from "./redis-place.ts";
import { s3Place } from "./s3-place.ts";

let redis: TestServer;
let connection: Redis;
let folder: string;
let bucket: Server;
const objects = new Map<string, Buffer>();
const signatures: string[] = [];

beforeAll(async () => {
  if (hasRedis) {
    redis = await startRedis();
    connection = new Redis(redis.url);
  }
  folder = await mkdtemp(join(tmpdir(), "benn-store-"));
  // The subset of S3 that the client needs: objects by path, each with a length, and conditional writes.
  bucket = createServer((request, response) => {
    const path = request.url ?? "";
    signatures.push(request.headers.authorization ?? "");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "PUT") {
        if (request.headers["if-none-match"] === "*" && objects.has(path)) return response.writeHead(412).end();
        objects.set(path, Buffer.concat(chunks));
        return response.writeHead(200).end();
      }
      if (request.method === "DELETE") return response.writeHead(objects.delete(path) ? 204 : 404).end();
      const found = objects.get(path);
      return found ? response.writeHead(200, { "content-length": found.length }).end(found) : response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => bucket.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  if (hasRedis) {
    connection.disconnect();
    await redis.close();
  }
  await rm(folder, { recursive: true, force: true });
  await new Promise((resolve) => bucket.close(resolve));
});

const keys = { AWS_ACCESS_KEY_ID: "KEY", AWS_SECRET_ACCESS_KEY: "SECRET" };
const address = (): string => {
  const at = bucket.address();
  return `s3://bucket/runs?endpoint=http://127.0.0.1:${typeof at === "object" ? at?.port : ""}&region=here`;
};

describe.for<[string, () => Promise<BlobPlace>, (sha256: string, change: (bytes: Buffer) => Buffer) => Promise<void>]>([
  [
    "a folder",
    () => folderPlace(folder),
    async (sha256, change) => {
      const path = join(folder, "blobs", sha256.slice(0, 2), sha256);
      await writeFile(path, change(await readFile(path)));
    },
  ],
  [
    "the queue's server",
    async () => redisPlace(connection),
    async (sha256, change) => {
      const key = `benn:blob:${sha256}`;
      await connection.set(key, change((await connection.getBuffer(key)) ?? Buffer.alloc(0)));
    },
  ],
  [
    "storage that speaks S3",
    () => s3Place(address(), keys),
    async (sha256, change) =>
      void objects.set(`/bucket/runs/blobs/${sha256}`, change(objects.get(`/bucket/runs/blobs/${sha256}`) ?? Buffer.alloc(0))),
  ],
])("%s", ([place, open, harm]) => {
  const isHere = hasRedis || place !== "the queue's server";
  test.runIf(isHere)("gives blobs back as they were put, also to another client that names the same place", async () => {
    const [one, other] = [blobStore(await open()), blobStore(await open())];
    expect(other.id).toBe(one.id);
    const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i);
    const ref = await one.put(bytes);
    expect(await one.put(bytes), "the same bytes are the same blob").toEqual(ref);
    expect(new Uint8Array(await other.get(ref))).toEqual(bytes);
    await other.remove(ref);
    await other.remove(ref);
    await expect(one.get(ref)).rejects.toThrow(BlobError);
  });

  test.runIf(isHere)("refuses blobs that are cut or damaged", async () => {
    const store = blobStore(await open());
    for (const [change, message] of [
      [(bytes: Buffer) => bytes.subarray(1), /has no blob .* of 5 bytes/],
      [(bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 1)), /It was damaged/],
    ] as const) {
      const ref = await store.put(Uint8Array.of(1, 2, 3, 4, 5));
      await harm(ref.sha256, change);
      await expect(store.get(ref)).rejects.toThrow(message);
      await store.put(Uint8Array.of(1, 2, 3, 4, 5));
      expect(new Uint8Array(await store.get(ref)), "whoever makes it again mends it").toEqual(Uint8Array.of(1, 2, 3, 4, 5));
      await store.remove(ref);
    }
  });
});

test("two folders are two stores, and a file that is no mark is refused", async () => {
  const other = await mkdtemp(join(tmpdir(), "benn-store-"));
  expect((await folderPlace(other)).id).not.toBe((await folderPlace(folder)).id);
  expect((await readdir(other)).toSorted(), "nothing is left over").toEqual(["benn-store.json", "blobs"]);
  await writeFile(join(other, "benn-store.json"), "{}");
  await expect(folderPlace(other)).rejects.toThrow("is not the mark of a store");
  await rm(other, { recursive: true });
});

test.runIf(hasRedis)("the queue's server holds small blobs alone, and says where larger ones go", async () => {
  const store = blobStore(redisPlace(connection, { blob: 100, all: 250 }));
  await expect(store.put(new Uint8Array(101))).rejects.toThrow(/up to [\d.]+ \w?B.*--store DIR/);
  const refs = [await store.put(new Uint8Array(100).fill(1)), await store.put(new Uint8Array(100).fill(2))];
  await expect(store.put(new Uint8Array(100).fill(3))).rejects.toThrow("are used up");
  await store.remove(refs[0]!);
  await store.put(new Uint8Array(100).fill(3));
});

test("requests are signed with the keys of the environment, and without them nothing is asked", async () => {
  expect(signatures.length).toBeGreaterThan(0);
  for (const signature of signatures) expect(signature).toMatch(/^AWS4-HMAC-SHA256 Credential=KEY\/\d{8}\/here\/s3\/aws4_request/);
  await expect(s3Place(address(), {})).rejects.toThrow("needs the environment's AWS_ACCESS_KEY_ID");
});
