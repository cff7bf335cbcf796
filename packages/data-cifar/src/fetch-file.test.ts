import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { digested } from "../test/mini-archive.ts";
import { randomBytes } from "../test/mini-batches.ts";
import { serve, serveFile } from "../test/serve.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { fetchFile } from "./fetch-file.ts";

const { bytes, sha256 } = digested(Buffer.from(randomBytes(300_000, 4)));
const remote = (url: string) => ({ url, bytes: bytes.length, sha256 });
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
    /could not download http.* after 1 attempts: .*120000 of 300000 bytes are kept; run it again to go on/,
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

test("more bytes than expected are not taken", async () => {
  const path = join(await temporaryFolder(), "file");
  const url = await serveFile(Buffer.concat([bytes, bytes]));
  await expect(fetchFile(remote(url), path, patient)).rejects.toThrow(/sends more than the expected 300000 bytes/);
  expect(existsSync(path)).toBe(false);
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
