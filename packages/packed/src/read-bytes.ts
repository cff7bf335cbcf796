import type * as FileSystem from "node:fs/promises";
import { PackedError } from "./packed-error.ts";
import { headerLength } from "./read-safetensors.ts";

export interface LoadProgress {
  readonly loaded: number;
  /** Absent if the server does not report it. */
  readonly total?: number;
}

export interface ReadOptions {
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  /** Maximum size of a file in bytes. */
  readonly maxBytes: number;
  /** Milliseconds after which a silent server is given up. */
  readonly timeout?: number;
}

/**
 * The bytes of a file: by `fetch` from an http(s), blob or data URL, else by file path if there is a file system.
 * @throws PackedError if it cannot be read or is too large
 */
export async function readBytes(source: string | URL, options: ReadOptions): Promise<Uint8Array> {
  const address = String(source);
  const isFile =
    address.startsWith("file:") || (!/^[a-z][a-z0-9+.-]+:/i.test(address) && !("document" in globalThis || "importScripts" in globalThis));
  try {
    return isFile ? await readLocal(source, options) : await readRemote(address, options);
  } catch (cause) {
    if (cause instanceof PackedError || options.signal?.aborted) throw cause;
    throw new PackedError(
      `${address}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Is the path or the address right?`,
      {
        cause,
      },
    );
  }
}

async function readLocal(source: string | URL, { onProgress, signal, maxBytes }: ReadOptions): Promise<Uint8Array> {
  // Not an import: bundlers for browsers would try to resolve it, and bundlers for servers rewrite one that is not a literal.
  const { process } = globalThis as { readonly process?: { getBuiltinModule?(name: string): typeof FileSystem } };
  const files = process?.getBuiltinModule?.("node:fs/promises");
  if (!files) throw new PackedError(`${String(source)}: there is no file system here. Give load an address, or the file's bytes.`);
  const path = typeof source === "string" && source.startsWith("file:") ? new URL(source) : source;
  const stats = await files.stat(path);
  if (stats.isDirectory())
    throw new PackedError(`${String(source)}: is a folder, not a .benn file. Export a run folder first: benn export ${String(source)}.`);
  const { size } = stats;
  if (size > maxBytes) throw tooLarge(String(source), size, maxBytes);
  const bytes = await files.readFile(path, signal ? { signal } : undefined);
  onProgress?.({ loaded: bytes.length, total: bytes.length });
  return bytes;
}

async function readRemote(address: string, { onProgress, signal, maxBytes, timeout = 30_000 }: ReadOptions): Promise<Uint8Array> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error(`the server sent nothing for ${timeout / 1000} s`)), timeout);
  };
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  wait();
  try {
    const response = await fetch(address, { signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) throw new Error(`${response.status} ${response.statusText}`);
    const told = Number(response.headers.get("content-length") ?? Number.NaN);
    // The length of a compressed response is not that of its contents.
    const total = response.headers.has("content-encoding") || !Number.isFinite(told) ? undefined : told;
    const reader = response.body.getReader();
    try {
      if ((total ?? 0) > maxBytes) throw tooLarge(address, total ?? 0, maxBytes);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        wait();
        if (loaded === 0 && value.length >= 8) headerLength(value, address); // before the rest of a foreign file is downloaded
        chunks.push(value);
        loaded += value.length;
        if (loaded > maxBytes) throw tooLarge(address, loaded, maxBytes);
        onProgress?.({ loaded, ...(total === undefined ? {} : { total }) });
      }
    } catch (error) {
      void reader.cancel().catch(() => {});
      throw error;
    }
  } finally {
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(address: string, size: number, most: number): PackedError {
  return new PackedError(`${address}: has ${size} bytes or more, of at most ${most}. If that is right, load it with a larger maxMemory.`);
}
