import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@benn/core";

/** A file on a server, and what it must be. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface FetchOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** How often a cut or failing connection is tried again without a byte gained. */
  readonly retries?: number;
  /** Wait before the first retry; each further one waits twice as long. */
  readonly waitMs?: number;
}

/**
 * Brings a file to `path`, going on where an earlier call was cut. What has come so far stays at `path` when the line is
 * cut or the signal fires, with the server's version mark in `path.etag`; without a mark it starts over.
 * @throws UserError when the server refuses, cannot be reached, or sends something else (which is deleted)
 */
export async function fetchFile(file: RemoteFile, path: string, options: FetchOptions = {}): Promise<void> {
  const { signal, retries = 5, waitMs = 1000 } = options;
  let failures = 0;
  while (sizeOf(path) < file.bytes) {
    const before = sizeOf(path);
    try {
      await receive(file, path, options);
      if (sizeOf(path) < file.bytes) throw new Error(`the connection ended after ${sizeOf(path)} of ${file.bytes} bytes`);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UserError) throw error;
      if (isOfDisk(error)) {
        throw new UserError(`cifar10: could not write ${path}: ${error.message}. Make room, or set dataset.cache to another folder.`, {
          cause: error,
        });
      }
      failures = sizeOf(path) > before ? 1 : failures + 1;
      if (failures > retries) {
        throw new UserError(
          `cifar10: could not download ${file.url} after ${failures} attempts: ${reasonOf(error)}. ` +
            `${sizeOf(path)} of ${file.bytes} bytes are kept; run it again to go on, or name a folder with the files with data.`,
          { cause: error },
        );
      }
      await sleep(waitMs * 2 ** (failures - 1), undefined, signal && { signal });
    }
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, signal ? { signal } : {});
  const digest = hash.digest("hex");
  if (sizeOf(path) === file.bytes && digest === file.sha256) return;
  await Promise.all([path, `${path}.etag`].map((spoiled) => rm(spoiled, { force: true })));
  throw new UserError(
    `cifar10: what came from ${file.url} is not the expected file: SHA-256 ${digest} instead of ${file.sha256}. ` +
      `It was deleted; run it again, or set dataset.url to another server.`,
  );
}

/** One request: the rest of the file if the server still has the same version, else all of it. */
async function receive({ url, bytes }: RemoteFile, path: string, { onProgress, signal }: FetchOptions): Promise<void> {
  const mark = existsSync(`${path}.etag`) ? await readFile(`${path}.etag`, "utf8") : "";
  const have = mark === "" ? 0 : sizeOf(path);
  const response = await fetch(url, {
    // The archive's own bytes are wanted, not a server's compression of them.
    headers: { "accept-encoding": "identity", ...(have > 0 && { range: `bytes=${have}-`, "if-range": mark }) },
    ...(signal && { signal }),
  });
  if (response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 416 && response.status !== 429) {
    await response.body?.cancel();
    throw new UserError(
      `cifar10: ${url} answered ${response.status} ${response.statusText}. ` +
        `Set dataset.url to a server that has cifar-10-binary.tar.gz, or dataset.data to a folder with the files.`,
    );
  }
  const resumes = response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${have}-`) === true;
  if (!resumes) await Promise.all([path, `${path}.etag`].map((old) => rm(old, { force: true })));
  if (!response.body || (response.status !== 200 && !resumes)) {
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status} ${response.statusText}`);
  }
  // A weak mark does not promise the same bytes, so it cannot be resumed from.
  const etag = response.headers.get("etag");
  const version = etag !== null && !etag.startsWith("W/") ? etag : response.headers.get("last-modified");
  if (!resumes && version !== null) await writeFile(`${path}.etag`, version);

  let done = resumes ? have : 0;
  let told = -1;
  const meter = new Transform({
    transform(chunk: Uint8Array, _encoding, next) {
      done += chunk.length;
      if (done > bytes) return next(new UserError(`cifar10: ${url} sends more than the expected ${bytes} bytes. Set another dataset.url.`));
      // A thousand reports are enough for any screen.
      const step = Math.floor((1000 * done) / bytes);
      if (step > told) onProgress?.(done, bytes);
      told = step;
      next(null, chunk);
    },
  });
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  try {
    await pipeline(body, meter, createWriteStream(path, { flags: resumes ? "a" : "w" }));
  } catch (error) {
    if (error instanceof UserError) await rm(path, { force: true });
    throw error;
  }
}

/** Trying again does not help. */
function isOfDisk(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EACCES" || code === "EROFS";
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The innermost message: fetch wraps the real reason in "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
