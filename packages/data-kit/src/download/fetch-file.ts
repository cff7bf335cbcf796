import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";
import { heedProxy } from "@benn/core/node";
import { Patience, StallError } from "./patience.ts";

/** A file on a server, with its expected contents. */
export interface RemoteFile {
  /** The dataset that it belongs to, with which messages begin. Their remedies are its options `url`, `data` and `cache`. */
  readonly dataset: string;
  /** Its name on the server. */
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface FetchOptions {
  /** Called as bytes arrive, and every second in between; `trouble` says why the last attempt failed. */
  readonly onProgress?: (done: number, total: number, trouble?: string) => void;
  readonly signal?: AbortSignal;
  /** Number of consecutive retries of a failing connection without progress. */
  readonly retries?: number;
  /** Delay before the first retry; it doubles with each further one. */
  readonly waitMs?: number;
  /** Milliseconds after which a silent server counts as failed. */
  readonly stallMs?: number;
}

const HEARTBEAT_MILLISECONDS = 1000;

/**
 * Downloads a file to `path`, resuming an interrupted call. If the connection fails or the signal fires, the partial file stays at `path`,
 * with the server's ETag in `path.etag`; without an ETag the download starts over.
 * @throws UserError if the server refuses, cannot be reached, is silent twice, or sends another file (which is deleted)
 */
export async function fetchFile(file: RemoteFile, path: string, options: FetchOptions = {}): Promise<void> {
  const { signal, onProgress, retries = 5, waitMs = 1000 } = options;
  const proxy = heedProxy();
  let failures = 0;
  let trouble: string | undefined;
  const heartbeat = setInterval(() => onProgress?.(Math.min(sizeOf(path), file.bytes), file.bytes, trouble), HEARTBEAT_MILLISECONDS);
  try {
    while (sizeOf(path) < file.bytes) {
      const before = sizeOf(path);
      try {
        await receive(file, path, options);
        if (sizeOf(path) < file.bytes) throw new Error(`the connection ended after ${sizeOf(path)} of ${file.bytes} bytes`);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof UserError) throw error;
        if (isOfDisk(error)) {
          throw new UserError(
            `${file.dataset}: could not write ${path}: ${error.message}. Make room, or set dataset.cache to another folder.`,
            {
              cause: error,
            },
          );
        }
        failures = sizeOf(path) > before ? 1 : failures + 1;
        trouble = reasonOf(error);
        // Each silence takes the full timeout, so two are enough.
        if (failures > retries || (error instanceof StallError && failures > 1)) {
          throw new UserError(
            `${file.dataset}: could not download ${file.url} after ${failures} attempts: ${trouble}. ` +
              `${sizeOf(path)} of ${file.bytes} bytes are kept; run it again to resume, or name a folder with the files with data.${proxy}`,
            { cause: error },
          );
        }
        await sleep(waitMs * 2 ** (failures - 1), undefined, signal && { signal });
      }
    }
  } finally {
    clearInterval(heartbeat);
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, signal ? { signal } : {});
  const digest = hash.digest("hex");
  if (sizeOf(path) === file.bytes && digest === file.sha256) return;
  await remove(path);
  throw new UserError(
    `${file.dataset}: what came from ${file.url} is not the expected file: SHA-256 ${digest} instead of ${file.sha256}. ` +
      `It was deleted; run it again, or set dataset.url to another server.`,
  );
}

/** One request: the rest of the file if the server still has the same version, else all of it. */
async function receive(file: RemoteFile, path: string, { onProgress, signal, stallMs = 30_000 }: FetchOptions): Promise<void> {
  const { dataset, name, url, bytes } = file;
  const mark = existsSync(`${path}.etag`) ? await readFile(`${path}.etag`, "utf8") : "";
  const have = mark === "" ? 0 : sizeOf(path);
  const patience = new Patience(stallMs, signal);
  try {
    const response = await fetch(url, {
      // Requests the archive's own bytes, not a server's compression of them.
      headers: { "accept-encoding": "identity", ...(have > 0 && { range: `bytes=${have}-`, "if-range": mark }) },
      signal: patience.signal,
    });
    if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 416 && response.status !== 429) {
      await response.body?.cancel();
      throw new UserError(
        `${dataset}: ${url} answered ${response.status} ${response.statusText}. ` +
          `Set dataset.url to a server that has ${name}, or dataset.data to a folder with the files.`,
      );
    }
    const resumes = response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${have}-`) === true;
    if (!resumes) await remove(path);
    if (!response.body || (response.status !== 200 && !resumes)) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status} ${response.statusText}`);
    }
    const promised = lengthOf(response, have);
    if (promised !== undefined && promised !== bytes) {
      const start = await response.body.getReader().read();
      throw another(file, promised, start.value);
    }
    // A weak ETag does not guarantee the same bytes, so it cannot be resumed from.
    const etag = response.headers.get("etag");
    const version = etag !== null && !etag.startsWith("W/") ? etag : response.headers.get("last-modified");
    if (!resumes && version !== null) await writeFile(`${path}.etag`, version);

    let done = resumes ? have : 0;
    let told = -1;
    let first: Uint8Array | undefined;
    const meter = new Transform({
      transform(chunk: Uint8Array, _encoding, next) {
        patience.renew();
        first ??= chunk;
        done += chunk.length;
        if (done > bytes) return next(another(file, undefined, have > 0 ? undefined : first));
        // A thousand reports are enough for any screen.
        const step = Math.floor((1000 * done) / bytes);
        if (step > told) onProgress?.(done, bytes);
        told = step;
        next(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, meter, createWriteStream(path, { flags: resumes ? "a" : "w" }));
    // If the server marks the end of its response, one that is too short is complete, but of another file.
    if (done < bytes && response.headers.has("transfer-encoding")) throw another(file, done, resumes ? undefined : first);
  } catch (error) {
    if (error instanceof UserError) await remove(path);
    throw patience.reason ?? error;
  } finally {
    patience.end();
  }
}

/** The length of the whole file as the server reports it, if it does. */
function lengthOf({ headers, status }: Response, have: number): number | undefined {
  const [, total] = /\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
  if (total !== undefined) return Number(total);
  const length = headers.get("content-length");
  if (length === null || !/^\d+$/.test(length) || (headers.get("content-encoding") ?? "identity") !== "identity") return undefined;
  return Number(length) + (status === 206 ? have : 0);
}

/** @param start its first bytes, which may identify it */
function another({ dataset, name, url, bytes }: RemoteFile, length: number | undefined, start: Uint8Array | undefined): UserError {
  const foreign = start && foreignFile(start);
  const size = length === undefined ? `more than the expected ${bytes} bytes` : `${length} bytes, not ${bytes}`;
  return new UserError(
    `${dataset}: ${url} is another file${foreign ? `, ${foreign.what}` : ""}: it has ${size}. ` +
      `Set dataset.url to a server that has ${name}, or dataset.data to a folder with the files.`,
  );
}

async function remove(path: string): Promise<void> {
  await Promise.all([path, `${path}.etag`].map((old) => rm(old, { force: true })));
}

/** A retry would not help. */
function isOfDisk(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EACCES" || code === "EROFS";
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The innermost message: fetch wraps the actual reason in "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
