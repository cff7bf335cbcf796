import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { describe, expect, test } from "vitest";
import { randomBytes } from "../testing/random-bytes.ts";
import { serve, serveFile } from "../testing/serve.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { fetchFile } from "./fetch-file.ts";

const bytes = Buffer.from(randomBytes(300_000, 4));
const sha256 = createHash("sha256").update(bytes).digest("hex");
const remote = (url: string) => ({ dataset: "cifar10", name: "cifar-10-binary.tar.gz", url, bytes: bytes.length, sha256 });
const patient = { retries: 2, waitMs: 5 };

test("a file arrives whole, and progress goes up to its size", async () => {
  const path = join(await temporaryFolder(), "file");
  const told: number[] = [];
  await fetchFile(remote(await serveFile(bytes)), path, { onProgress: (done) => told.push(done) });
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(bytes.length);
});

test("when the line is cut, the rest is asked for", async () => {
  const path = join(await temporaryFolder(), "file");
  const requests: (string | undefined)[] = [];
  const cuts = [100_000, 50_000, 1, 10, undefined];
  const url = await serveFile(bytes, { requests, cutAfter: () => cuts.shift() });
  await fetchFile(remote(url), path, patient);
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  expect(requests).toEqual([undefined, "bytes=100000-", "bytes=150000-", "bytes=150001-", "bytes=150011-"]);
});

test("a later call goes on where an earlier one gave up", async () => {
  const path = join(await temporaryFolder(), "file");
  let cut: number | undefined = 120_000;
  const requests: (string | undefined)[] = [];
  const url = await serveFile(bytes, { requests, cutAfter: () => cut });
  await expect(fetchFile(remote(url), path, { retries: 0 })).rejects.toThrow(
    /could not download http.* after 1 attempts: .*120000 of 300000 bytes are kept; run it again to resume,/,
  );
  cut = undefined;
  await fetchFile(remote(url), path, patient);
  expect(requests.at(-1)).toBe("bytes=120000-");
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test("it starts over when the server has another version by then, or cannot send a part", async () => {
  for (const understands of [true, false]) {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, randomBytes(1000, 9));
    await writeFile(`${path}.etag`, '"v0"');
    const url = await serve((request, response) => {
      expect(request.headers["if-range"]).toBe('"v0"');
      if (understands) response.setHeader("etag", '"v1"');
      response.end(bytes);
    });
    await fetchFile(remote(url), path, patient);
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  }
});

test("what came from a server without version marks is not gone on from", async () => {
  const path = join(await temporaryFolder(), "file");
  let first = true;
  const url = await serve((request, response) => {
    expect(request.headers.range).toBeUndefined();
    response.setHeader("etag", 'W/"weak"');
    response.setHeader("content-length", bytes.length);
    if (!first) return response.end(bytes);
    first = false;
    return response.write(bytes.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
  });
  await fetchFile(remote(url), path, patient);
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test("a server that answers with another part than was asked for is asked for the whole", async () => {
  const path = join(await temporaryFolder(), "file");
  await writeFile(path, bytes.subarray(0, 1000));
  await writeFile(`${path}.etag`, '"v1"');
  const requests: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    requests.push(request.headers.range);
    if (request.headers.range === undefined) return response.end(bytes);
    return response.writeHead(206, { "content-range": `bytes 500-${bytes.length - 1}/${bytes.length}` }).end(bytes.subarray(500));
  });
  await fetchFile(remote(url), path, patient);
  expect(requests).toEqual(["bytes=1000-", undefined]);
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test("a wrong byte is found by the checksum, and the file deleted", async () => {
  const path = join(await temporaryFolder(), "file");
  const wrong = Buffer.from(bytes);
  wrong[1234]! ^= 1;
  const failure = await fetchFile(remote(await serveFile(wrong)), path, patient).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(/is not the expected file: SHA-256 .* instead of .*\. It was deleted; run it again/);
  expect(existsSync(path)).toBe(false);
  expect(existsSync(`${path}.etag`)).toBe(false);
});

describe("another file is distinguished from a cut one at once", () => {
  const page = "<!DOCTYPE html><title>Log in</title>";
  test.for([
    ["a page", (response: ServerResponse) => response.end(page), /is another file, a page of the web: it has 36 bytes, not 300000\./],
    [
      "a page of no length, which ends as it should",
      (response: ServerResponse) => (response.write(page), response.end()),
      /is another file, a page of the web: it has 36 bytes, not 300000\./,
    ],
    [
      "a longer one",
      (response: ServerResponse) => response.end(Buffer.concat([bytes, bytes])),
      /is another file: it has 600000 bytes, not 300000\./,
    ],
    [
      "one of more bytes than expected, whose length the server does not give",
      (response: ServerResponse) => (response.write(bytes), response.end(bytes)),
      /is another file: it has more than the expected 300000 bytes\./,
    ],
  ] as const)("%s", async ([, answer, says]) => {
    const path = join(await temporaryFolder(), "file");
    let asked = 0;
    const url = await serve((_request, response) => (asked++, answer(response)));
    const failure = await fetchFile(remote(url), path, patient).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect((failure as UserError).message).toMatch(says);
    expect((failure as UserError).message).toMatch(/Set dataset\.url to a server that has cifar-10-binary\.tar\.gz/);
    expect(asked).toBe(1);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.etag`)).toBe(false);
  });

  test("the rest of a file that is another by now", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, bytes.subarray(0, 1000));
    await writeFile(`${path}.etag`, '"v1"');
    const url = await serve((_request, response) =>
      response.writeHead(206, { "content-range": "bytes 1000-1999/2000" }).end(bytes.subarray(1000, 2000)),
    );
    await expect(fetchFile(remote(url), path, patient)).rejects.toThrow(/is another file: it has 2000 bytes, not 300000/);
    expect(existsSync(path)).toBe(false);
  });
});

test("a server that falls silent is given up after a second silence, and what came is kept", async () => {
  const path = join(await temporaryFolder(), "file");
  const requests: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    requests.push(request.headers.range);
    response.setHeader("etag", '"v1"');
    if (requests.length === 1) response.writeHead(200, { "content-length": bytes.length }).write(bytes.subarray(0, 3));
  });
  const failure = await fetchFile(remote(url), path, { ...patient, stallMs: 500 }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(/after 2 attempts: the server sent nothing for 500 ms\. 3 of 300000 bytes are kept/);
  expect(requests).toEqual([undefined, "bytes=3-"]);
});

test("progress says why the last attempt failed", async () => {
  const path = join(await temporaryFolder(), "file");
  const told: (string | undefined)[] = [];
  const url = await serve((_request, response) => response.writeHead(503).end());
  await expect(
    fetchFile(remote(url), path, { retries: 1, waitMs: 1500, onProgress: (_done, _total, trouble) => told.push(trouble) }),
  ).rejects.toThrow(UserError);
  expect(told).toContain("the server answered 503 Service Unavailable");
});

test("a refusal is final and says what to set, a failing server is asked again", async () => {
  const path = join(await temporaryFolder(), "file");
  let asked = 0;
  const answering = (status: number) => serve((_request, response) => (asked++, response.writeHead(status).end()));
  await expect(fetchFile(remote(await answering(404)), path, patient)).rejects.toThrow(/answered 404 Not Found\. Set dataset\.url/);
  expect(asked).toBe(1);
  await expect(fetchFile(remote(await answering(503)), path, patient)).rejects.toThrow(/after 3 attempts: the server answered 503/);
  expect(asked).toBe(4);
});

test("a server that is not there is named with the reason", async () => {
  const path = join(await temporaryFolder(), "file");
  await expect(fetchFile(remote("http://127.0.0.1:9/none"), path, { retries: 0 })).rejects.toThrow(UserError);
  await expect(fetchFile(remote("http://127.0.0.1:9/none"), path, { retries: 0 })).rejects.toThrow(
    /127\.0\.0\.1:9\/none after 1 attempts: (?!fetch)/,
  );
});

test("an abort ends it at once and keeps what came", async () => {
  const path = join(await temporaryFolder(), "file");
  const controller = new AbortController();
  const url = await serve((_request, response) => {
    response.setHeader("etag", '"v1"');
    response.write(bytes.subarray(0, 100_000));
  });
  const fetching = fetchFile(remote(url), path, {
    ...patient,
    signal: controller.signal,
    onProgress: (done) => done >= 100_000 && controller.abort(),
  });
  await expect(fetching).rejects.toThrow(/abort/i);
  expect(existsSync(path)).toBe(true);
});
